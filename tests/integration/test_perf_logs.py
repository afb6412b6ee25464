"""Performance logs from the file to the landed tables: equal on both engines and by every way."""

import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from headroom.landed import landing
from headroom.landed.contract import landed_tables
from headroom.loads.perf_logs import Options, load_perf_logs
from headroom.loads.perf_logs import load as load_module
from headroom.loads.tally import Tally
from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import open_warehouse
from tests.support.canonical import export_tables
from tests.support.project import Project, copy_of_the_seeds

LOGS = PROJECT_DIR / "samples" / "throughput"
BAD_LOG = PROJECT_DIR / "samples" / "bad" / "broken_timings.log"
NAMES = ("landed_timings", "landed_payload_estimates", "landed_worker_warnings", "landed_rejects")
LANDED = [landed_tables()[name].relation for name in NAMES]
FIRST = "SIM_TIMING: param_id=a seed=1 duration_ms=1.5 worker=tcp://a:1"
SECOND = FIRST.replace("seed=1", "seed=2")
LABELS = (
    "select calibration, coalesce(experiment, '-')"
    " from headroom_landed.landed_timings order by seed"
)


REJECTS = "headroom_landed.landed_rejects"


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, LANDED)


def wherever(tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """Give tables as exported, but rejects once, whatever the files that they stand in."""
    pieces = {re.sub(r"reject_id=\w+\||source=[^|]*\|", "", row) for row in tables[REJECTS]}
    return {**tables, REJECTS: sorted(pieces)}


def load(
    project: Project, *paths: Path, label: str = "unlabelled", experiment: str | None = None
) -> Tally:
    with project.in_environment():
        names = [str(path) for path in paths]
        return load_perf_logs(project.settings, names, Options(label, experiment))


def sample_lines() -> list[str]:
    """A log with everything in it: the samples' lines in any order of fields, and bad ones."""
    shuffle = random.Random(7)  # noqa: S311
    lines = BAD_LOG.read_text(errors="replace").replace("\ufffd", "?").splitlines()
    for path in sorted(LOGS.glob("*.log")):
        for line in path.read_text().splitlines():
            before, mark, fields = line.partition("_TIMING: ")
            words = fields.split(" ")
            shuffle.shuffle(words)
            lines.append(before + mark + " ".join(words))
    return lines


def test_both_engines_hold_the_same_whatever_the_splits_and_the_order(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = sample_lines()
    reference = Settings("duckdb", tmp_path / "reference.duckdb", "flotilla")
    whole = tmp_path / "whole.log"
    whole.write_text("\n".join(lines))
    load_perf_logs(reference, [str(whole)], Options("c"))
    expected = wherever(export_tables(reference, LANDED))
    assert all(expected.values())
    # Small chunks, so that lines repeat within one, between two, and between loads.
    monkeypatch.setattr(load_module, "CHUNK_LINES", 1)
    monkeypatch.setattr(load_module, "ASIDE_LINES", 1)
    shuffle = random.Random(project.engine)  # noqa: S311
    files = []
    for place in range(6):
        part = shuffle.sample(lines, len(lines) // 2) if place else lines
        shuffle.shuffle(part)
        files.append(tmp_path / f"{place}.log")
        files[-1].write_text("\n".join(part + part[:20]))
    shuffle.shuffle(files)
    load(project, *files[:3], label="c")
    load(project, *files[3:], label="c")
    assert wherever(landed(project)) == expected
    load(project, whole, label="c")
    again = load(project, whole, label="c")
    assert wherever(landed(project)) == expected
    assert all((done.new, done.changed) == (0, 0) for done in again.landed)


def test_a_label_stays_once_it_is_given(project: Project, tmp_path: Path) -> None:
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_text(FIRST)
    two.write_text(f"{FIRST}\n{SECOND}\n{FIRST}\n")
    assert load(project, one).is_clean
    load(project, two, label="c1")
    assert project.query(LABELS) == [("c1", "-"), ("c1", "-")]
    tally = load(project, two, label="c2", experiment="A")
    assert project.query(LABELS) == [("c1", "-"), ("c1", "-")]
    assert tally.landed[0].kept_labels == {"c1": 2}
    assert tally.is_clean
    load(project, one, label="c1", experiment="A")
    assert project.query(LABELS) == [("c1", "A"), ("c1", "-")]
    assert load(project, one, label="c1", experiment="B").landed[0].kept_labels == {
        "c1, experiment A": 1
    }
    for quiet in (load(project, two), load(project, two, label="c1")):
        assert not quiet.landed[0].kept_labels
    assert project.query(LABELS) == [("c1", "A"), ("c1", "-")]


Parts = dict[str, int]


def parts(settings: Settings) -> Parts:
    """Each calibration with the number of its last change."""
    with open_warehouse(settings, read_only=True) as warehouse:
        return dict(
            warehouse.query(
                "select part, max(change_number) from headroom_operations.changed_parts"
                " where part_kind = 'calibrations' group by part"
            ).rows
        )


@pytest.mark.usually_on("postgres")
def test_seed_csvs_and_dbt_seed_give_the_same_tables(project: Project, tmp_path: Path) -> None:
    """Loads with labels, directly and as CSV followed by `dbt seed`, are equal after each step."""
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    one.write_text(f'[pod/a b"/c] {FIRST}\n{BAD_LOG.read_text(errors="replace")}')
    two.write_text(f'{SECOND}\n[pod/a b"/c] {FIRST}\n{FIRST}\n')
    steps = [
        ([one], Options()),
        ([two, LOGS], Options("c1")),
        ([one, two], Options("c2", "A")),
        ([one], Options("c1", "A")),
        ([two], Options("c1", "B")),
    ]
    checkout = copy_of_the_seeds(tmp_path / "checkout")
    seeds = checkout / "seeds" / "landed"
    direct = Settings("duckdb", tmp_path / "direct.duckdb", "flotilla")
    headers = {name: (seeds / f"{name}.csv").read_text() for name in NAMES}
    marked: tuple[Parts, Parts] = ({}, {})
    for paths, options in steps:
        names = [str(path) for path in paths]
        load_perf_logs(direct, names, options)
        # Only the new log in the checkout: what was landed before is in the warehouse alone.
        for name, header in headers.items():
            (seeds / f"{name}.csv").write_text(header)
        into_csv = Options(options.calibration, options.experiment, csv_folder=seeds)
        load_perf_logs(project.settings, names, into_csv)
        project.dbt("seed", "--select", *NAMES, project=checkout)
        assert landed(project) == export_tables(direct, LANDED)
        with project.in_environment():
            before, marked = marked, (parts(direct), parts(project.settings))
        touched = [
            {part for part, number in now.items() if number > known.get(part, 0)}
            for known, now in zip(before, marked, strict=True)
        ]
        assert touched[0] == touched[1]


def test_a_load_that_is_killed_leaves_nothing_and_the_next_completes_it(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "x.log"
    path.write_text(FIRST)
    load(project, path)
    before = landed(project)
    command = [sys.executable, "-m", "headroom.cli", "load", "perf-logs", "-"]
    process = subprocess.Popen(command, env=project.environment(), stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(f"{SECOND}\n".encode() * 200_000)
    process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    assert landed(project) == before
    path.write_text(f"{FIRST}\n{SECOND}\n")
    (timings, *_) = load(project, path).landed
    assert (timings.new, timings.unchanged) == (1, 1)


def test_two_loads_at_once_both_land(project: Project, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headroom.cli", "load", "perf-logs"]
    loads = []
    for place in range(2):
        path = tmp_path / f"{place}.log"
        path.write_text(FIRST + "\n" + SECOND.replace("seed=2", f"seed={place + 3}"))
        loads.append(
            subprocess.Popen(
                [*command, str(path)], env=project.environment(), stdout=subprocess.DEVNULL
            )
        )
    assert [process.wait(120) for process in loads] == [0, 0]
    assert project.query("select count(*) from headroom_landed.landed_timings") == [(3,)]


def test_a_file_that_another_load_is_making_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header is not written yet, then it is: what was read before counts for nothing."""
    whole = tmp_path / "whole.duckdb"
    log = tmp_path / "x.log"
    log.write_text(FIRST)
    load_perf_logs(Settings("duckdb", whole, "flotilla"), [str(log)], Options())
    made = whole.read_bytes()
    path = tmp_path / "made.duckdb"
    path.write_bytes(made[:5000])

    def finish() -> None:
        time.sleep(1)
        path.write_bytes(made)

    other = threading.Thread(target=finish)
    other.start()
    tally = load_perf_logs(Settings("duckdb", path, "flotilla"), [str(log)], Options())
    other.join()
    assert tally.landed[0].unchanged == 1
    monkeypatch.setattr(landing, "MAKING_SECONDS", 0)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(landing.WarehouseUnavailableError, match="cannot be opened"):
        load_perf_logs(Settings("duckdb", path, "flotilla"), [str(log)], Options())


def test_the_command_says_what_it_did(project: Project, tmp_path: Path) -> None:
    loaded = project.headroom("load", "perf-logs", str(LOGS), str(BAD_LOG), "--calibration", "c")
    assert loaded.returncode == 7, loaded.stderr
    assert "rejected: duration_ms is out of range (1)" in loaded.stdout
    assert "skipped: line without a timing" in loaded.stdout
    assert "broken_timings.log:" in loaded.stderr
    again = project.headroom("load", "perf-logs", str(LOGS), "--calibration", "d")
    assert again.returncode == 0, again.stderr
    assert "keep their label c" in again.stdout
    before = landed(project)
    log = tmp_path / "new.log"
    log.write_text(FIRST)
    strict = project.headroom("load", "perf-logs", "--strict", str(log), str(BAD_LOG))
    assert strict.returncode == 7
    assert "nothing was loaded" in strict.stderr
    assert landed(project) == before
    assert project.headroom("load", "perf-logs", str(log), "--experiment", "A").returncode == 2
