"""The user's own folder of reference seeds: written, checked, and renewed by an upgrade."""

from collections.abc import Callable
from pathlib import Path

import pytest

from headroom import seed_copies
from headroom.doctor import examine
from headroom.errors import UsageError
from headroom.seed_copies import init_folder, outdated_files
from headroom.seeds import contracts, read_seed, require_seeds, seed_path, seed_problems
from headroom.settings import PACKAGED_SEEDS, Settings

Change = Callable[[str], str]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "seeds"
    init_folder(folder)
    monkeypatch.setenv("HEADROOM_SEEDS", str(folder))
    return folder


def change(path: Path, changed: Change) -> None:
    path.write_text(changed(path.read_text(encoding="utf-8")), encoding="utf-8")


def without(line_start: str) -> Change:
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(line_start)
    )


def test_a_new_folder_holds_every_seed_and_says_what_it_is(own: Path) -> None:
    assert {path.stem for path in PACKAGED_SEEDS.glob("*.csv")} == set(contracts())
    for name in contracts():
        packaged = (PACKAGED_SEEDS / f"{name}.csv").read_bytes()
        assert (own / f"{name}.csv").read_bytes() == packaged
        assert f"`{name}.csv`" in (own / "README.md").read_text()
    require_seeds()


def test_the_project_s_own_seeds_fit() -> None:
    assert seed_problems(PACKAGED_SEEDS) == []


def test_a_changed_row_wins(own: Path) -> None:
    change(
        own / "thresholds.csv",
        lambda text: text.replace("ratio,1.5", "ratio,2"),
    )
    (row,) = (row for row in read_seed("thresholds") if row["threshold"] == "elevation_ratio")
    assert row["threshold_value"] == "2"


WRONG: dict[str, tuple[str, Change, str]] = {
    "a column that an upgrade added": (
        "deployments",
        lambda text: text.replace(",certainty", "", 1),
        "deployments.csv lacks the column certainty; expected are: environment, change,",
    ),
    "a misspelled column": (
        "masks",
        lambda text: text.replace("pattern", "patern", 1),
        "masks.csv lacks the column pattern and has a column 'patern'",
    ),
    "a column twice": (
        "pull_limits",
        lambda text: text.replace("unit,reason", "unit,reason,unit", 1),
        "pull_limits.csv names a column twice",
    ),
    "the commas of a spreadsheet": (
        "pull_limits",
        lambda text: text.replace(",", ";"),
        "pull_limits.csv lacks the column pull_limit and lacks",
    ),
    "a threshold that an upgrade added": (
        "thresholds",
        without("elevation_ratio,"),
        "thresholds.csv has no row for elevation_ratio",
    ),
    "a limit that is missing": (
        "pull_limits",
        without("scrub_rows,"),
        "pull_limits.csv has no row for scrub_rows",
    ),
    "a row with a comma too many": (
        "deployments",
        lambda text: text + "production,x,,,,,,\n",
        "deployments.csv has more or fewer than 7 cells in row 3",
    ),
    "a row that is cut off": (
        "deployments",
        lambda text: text + "production,x\n",
        "deployments.csv has more or fewer than 7 cells in row 3",
    ),
    "a word for a number": (
        "thresholds",
        lambda text: text.replace("elevation_ratio,1.5", "elevation_ratio,much"),
        "thresholds.csv has 'much' in column threshold_value of row 1; expected is numeric(18,4)",
    ),
    "a number that is missing": (
        "thresholds",
        lambda text: text.replace("elevation_ratio,1.5", "elevation_ratio,"),
        "thresholds.csv has nothing in column threshold_value of row 1",
    ),
    "a word for a moment": (
        "deployments",
        lambda text: text + "production,x,yesterday,,,,\n",
        "deployments.csv has 'yesterday' in column merged_at_utc of row 3; expected is timestamptz",
    ),
}


@pytest.mark.parametrize(("seed", "changed", "said"), WRONG.values(), ids=WRONG)
def test_a_seed_that_does_not_fit_is_refused_with_what_is_expected(
    own: Path, seed: str, changed: Change, said: str
) -> None:
    change(own / f"{seed}.csv", changed)
    with pytest.raises(UsageError) as refused:
        require_seeds()
    assert said in refused.value.message
    assert str(PACKAGED_SEEDS) in refused.value.hint
    with pytest.raises(UsageError) as refused:
        read_seed(seed)
    assert said in refused.value.message


def test_what_is_not_in_the_folder_is_the_project_s(own: Path) -> None:
    (own / "thresholds.csv").unlink()
    require_seeds()
    assert seed_path("thresholds") == PACKAGED_SEEDS / "thresholds.csv"
    assert seed_path("masks") == own / "masks.csv"
    assert len(read_seed("thresholds")) > 50


def test_unreadable_and_misspelled_files_are_named(own: Path) -> None:
    (own / "thresholds.csv").write_bytes(b"threshold\xff\n")
    (own / "treshold.csv").touch()
    unreadable, misspelled = seed_problems(own)
    assert unreadable.startswith("thresholds.csv cannot be read: ")
    assert misspelled.startswith("treshold.csv is not one of ara_policy_versions, deployments, ")


def test_a_folder_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_SEEDS", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"nowhere.*no such folder"):
        require_seeds()


def test_the_mark_of_a_spreadsheet_is_no_part_of_a_column(own: Path) -> None:
    path = own / "thresholds.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    require_seeds()


def test_an_upgrade_renews_what_nobody_changed_and_keeps_the_rest(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(own / "deployments.csv", lambda text: text + "staging,x,,,,,\n")
    (own / "pull_limits.csv").unlink()
    files = seed_copies._files()
    newer = {name: files[name] + b"\n" for name in ("masks.csv", "deployments.csv")}
    monkeypatch.setattr(seed_copies, "_files", lambda: files | newer)
    assert outdated_files(own) == ["masks.csv"]
    kept = (own / "deployments.csv").read_bytes()
    states = init_folder(own)
    assert {name: state for name, state in states.items() if state != "as it is"} == {
        "masks.csv": "renewed",
        "deployments.csv": "kept",
    }
    assert (own / "deployments.csv").read_bytes() == kept
    assert (own / "masks.csv").read_bytes() == newer["masks.csv"]
    assert outdated_files(own) == []
    assert not (own / "pull_limits.csv").exists()
    assert init_folder(own)["deployments.csv"] == "kept"


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match="not empty"):
        init_folder(tmp_path)
    with pytest.raises(UsageError, match=r"thesis\.txt cannot be used"):
        init_folder(tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_doctor_says_whether_they_fit(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen() -> list[tuple[str, str]]:
        settings = Settings("duckdb", own / "none.duckdb", "flotilla")
        found = [finding for finding in examine(settings) if str(own) in finding.what]
        return [(finding.state, finding.what.partition(str(own))[2]) for finding in found][:-1]

    assert seen() == [("ok", "")]
    files = seed_copies._files()
    monkeypatch.setattr(seed_copies, "_files", lambda: files | {"masks.csv": b""})
    assert seen() == [("left out", ": an earlier version wrote masks.csv")]
    (own / "masks.csv").write_bytes(b"\xff")
    ((state, what),) = seen()
    assert (state, what[:28]) == ("missing", ": masks.csv cannot be read: ")
