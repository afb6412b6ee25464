"""Runs, loads, readers and changes of the source beside `headroom run`."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.settings import PROJECT_DIR, TARGETS
from tests.conftest import MakeProject
from tests.faults.conftest import Pair
from tests.support.faults import (
    BUILDING,
    finish,
    held_open,
    marts_of,
    start,
    wait_until_it_says,
    wait_until_it_writes,
    write,
)

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("faults")]
LOAD = ("load", "failures", str(PROJECT_DIR / "samples" / "failures"))


@pytest.fixture(params=TARGETS)
def both(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Pair]:
    with (
        make_project(request.param, "disturbed") as disturbed,
        make_project(request.param, "undisturbed") as undisturbed,
    ):
        yield Pair(disturbed, undisturbed)


def test_two_runs_at_once_are_one_after_the_other(both: Pair) -> None:
    write(both.disturbed, 8)
    runs = [start(both.disturbed, "run", "--wait", "5m") for _ in range(2)]
    assert [finish(process)[0] for process in runs] == [0, 0]
    ended = both.disturbed.query("select status from marts.operations__builds order by build_id")
    assert ended == [("succeeded",), ("unchanged",)]


def test_two_loads_at_once_and_a_load_beside_a_run(both: Pair) -> None:
    """The loads land the same files; on DuckDB the third waits for the run to give up the file."""
    write(both.disturbed, 8)
    loads = [start(both.disturbed, *LOAD) for _ in range(2)]
    assert [finish(process)[0] for process in loads] == [0, 0]
    process = start(both.disturbed, "run", "--deadline", "5m")
    said = wait_until_it_says(process, BUILDING)
    code, loaded = finish(start(both.disturbed, *LOAD))
    assert code == 0, loaded
    code, said = finish(process, said)
    assert code == 0, said
    code, said = finish(start(both.undisturbed, *LOAD))
    assert code == 0, said
    both.require_equal(8)


@pytest.mark.parametrize("both", ["duckdb"], indirect=True)
def test_a_reader_that_holds_the_file(both: Pair) -> None:
    write(both.disturbed, 8)
    with held_open(both.disturbed.settings.duckdb_path):
        code, said = finish(start(both.disturbed, "run"))
        assert code == 5, said
        assert "is locked by another process" in " ".join(said.split())
        process = start(both.disturbed, "run", "--deadline", "5m")
        for line in process.stdout or ():
            if "Trying again" in line:
                break
    code, said = finish(process)
    assert code == 0, said
    both.require_equal(8)


@pytest.mark.parametrize("both", ["duckdb"], indirect=True)
def test_readers_that_take_the_file_now_and_then(both: Pair) -> None:
    """A reader gets the file between the steps of a run, which then tries again."""
    write(both.disturbed, 8)
    process = start(both.disturbed, "run", "--deadline", "10m")
    while process.poll() is None:
        with suppress(WarehouseUnavailableError):
            both.disturbed.query("select 1")
        time.sleep(0.2)
    code, said = finish(process)
    assert code == 0, said
    both.require_equal(8)


CHANGES = {
    "added": ("add column more text default 'x'", "drop column more", 0),
    "removed": ("drop column tier cascade", "add column tier text", 3),
    # A view of Headroom reads the column, so that its type cannot change in its place.
    "retyped": (
        "drop column cpu cascade, add column cpu text",
        "alter column cpu type integer using cast(cpu as integer)",
        3,
    ),
}


@pytest.mark.parametrize("both", ["postgres"], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_a_column_that_changes_during_a_run(both: Pair, change: str) -> None:
    """The run ends well, is refused, or fails with the view that the change took along.

    The next one is refused, and leaves the marts alone.
    """
    there, back, refused = CHANGES[change]
    write(both.disturbed, 8)
    code, said = finish(start(both.disturbed, "run"))
    assert code == 0, said
    write(both.disturbed, 9)
    process = start(both.disturbed, "run")
    wait_until_it_writes(both.disturbed, models=1)
    both.disturbed.execute(f"alter table flotilla.task {there}")
    code, said = finish(process)
    assert code in ((0, 3, 4) if refused else (0,)), said
    before = marts_of(both.disturbed)
    code, said = finish(start(both.disturbed, "run"))
    assert code == refused, said
    if refused:
        assert "the column exists and is of type" in said
        assert marts_of(both.disturbed) == before
    both.disturbed.execute(f"alter table flotilla.task {back}")
    both.require_equal(9)
