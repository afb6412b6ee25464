"""What could not be loaded names its source, and no secret."""

from pathlib import Path

import pytest

from headroom.landed.rejects import Reject, reject_rows
from headroom.loads.build_stats import Options as BuildOptions
from headroom.loads.build_stats import load_build_stats
from headroom.loads.failures import Options, load_failures
from headroom.loads.perf_logs import Options as PerfOptions
from headroom.loads.perf_logs import load_perf_logs
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

QUERY = "select source, reason from headroom_landed.landed_rejects order by source"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings("duckdb", tmp_path / "w.duckdb", None)


@pytest.mark.parametrize("kind", ["failures", "builds", "timings"])
def test_three_rejected_files_are_three_rows(
    tmp_path: Path, settings: Settings, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where two folders hold a file of the same name, and however the files are named."""
    texts = {"failures": "no listing", "builds": "no build", "timings": "SIM_TIMING: seed=x"}
    files = [tmp_path / "logs" / name for name in ("a/x.log", "b/x.log", "y.log")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[kind])

    def load(path: Path) -> None:
        if kind == "failures":
            load_failures(settings, [str(path)], Options())
        elif kind == "builds":
            load_build_stats(settings, [str(path)], BuildOptions())
        else:
            load_perf_logs(settings, [str(path)], PerfOptions())

    load(tmp_path / "logs")
    monkeypatch.chdir(tmp_path)
    load(Path("logs"))
    with open_warehouse(settings) as warehouse:
        found = warehouse.query(QUERY).rows
    assert [row[0] for row in found] == [str(file) for file in files]


def test_a_secret_in_a_name_or_an_excerpt_is_hidden() -> None:
    rows = reject_rows(
        [Reject("h", "password=hunter2", "r", "token=hunter2 x", "w", "/logs/password=hunter2/x")]
    )
    assert "hunter2" not in str(rows)
    assert rows[0]["excerpt"] == "token=*** x"


def test_half_a_surrogate_pair_reaches_no_engine() -> None:
    """A reason names a field of JSON, which can be anything."""
    half = "\ud800"
    rejected = Reject("build-stats", half, f"{half}ts is not a time", half, "log:1", f"/{half}")
    row = rejected.row()
    assert row["reason"] == "\ufffdts is not a time"
    assert all("\ufffd" in str(row[name]) for name in ("subject", "excerpt", "source"))
    assert "\ud800" not in "".join(map(str, row.values()))
