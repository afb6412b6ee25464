"""The record of builds, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headroom.errors import BuildFailedError, SourceRejectedError, WarehouseUnavailableError
from headroom.lock import Holder
from headroom.operations.artifacts import Artifacts
from headroom.operations.recording import BuildRecord, recorded, require_not_newer
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

HOLDER = Holder("host", 7, datetime(2025, 12, 17, tzinfo=UTC))
BUILDS = "select build_id, status, exit_code, reason from headroom_operations.builds order by 1"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    yield Settings("duckdb", tmp_path / "recorded.duckdb", "flotilla")


def builds(settings: Settings) -> list[tuple[object, ...]]:
    with open_warehouse(settings, read_only=True) as warehouse:
        return warehouse.query(BUILDS).rows


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (BuildFailedError("it's broken"), "failed", 4),
        (SourceRejectedError("no column"), "refused", 3),
        (WarehouseUnavailableError("gone"), "unavailable", 5),
        (KeyboardInterrupt(), "stopped", 130),
        (SystemExit(143), "stopped", 143),
        (ValueError("a secret"), "failed", 1),
    ],
)
def test_however_a_build_ends_it_is_written_down(
    settings: Settings, error: BaseException, status: str, exit_code: int
) -> None:
    with pytest.raises(type(error)), recorded(BuildRecord(settings), HOLDER):
        raise error
    ((_, told, code, reason),) = builds(settings)
    assert (told, code) == (status, exit_code)
    assert "secret" not in str(reason)


def test_a_build_that_never_said_its_end_was_killed(settings: Settings) -> None:
    BuildRecord(settings).begin(HOLDER)
    with recorded(BuildRecord(settings), HOLDER):
        pass
    assert builds(settings) == [(1, "killed", None, None), (2, "unchanged", 0, "")]


def test_what_cannot_be_written_fails_no_build(settings: Settings) -> None:
    settings.duckdb_path.write_text("no database")
    record = BuildRecord(settings)
    with recorded(record, HOLDER):
        pass
    assert "cannot be opened" in record.lost_because


def test_an_older_program_refuses_what_a_newer_one_built(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headroom.operations.recording.version", lambda _: "0.10.0")
    BuildRecord(settings).begin(HOLDER)
    with open_warehouse(settings) as warehouse:
        require_not_newer(warehouse)
        monkeypatch.setattr("headroom.operations.recording.version", lambda _: "0.9.1")
        with pytest.raises(WarehouseUnavailableError, match=r"Headroom 0\.10\.0, and this is"):
            require_not_newer(warehouse)


def test_what_holds_a_node_is_above_it() -> None:
    parents = {"m.c": ["m.b"], "m.b": ["m.a", "t.a"], "m.other": []}
    artifacts = Artifacts(parents=parents)
    assert artifacts.held_by("m.c", ["t.a", "m.other"]) == ["t.a"]
    assert Artifacts().held_by("m.c", ["t.a", "m.other"]) == ["m.other", "t.a"]
