"""Kills, and readers, while `headroom run` is at work: nothing is lost, nothing is doubled."""

import random
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from headroom.settings import TARGETS
from tests.conftest import MakeProject
from tests.support.faults import kill, marts_of, place_of, start, wait_until_free, write
from tests.support.project import Project

pytestmark = pytest.mark.long
KILLS = 50
BUILDS = 20


@pytest.fixture(params=TARGETS)
def undisturbed(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Project]:
    with make_project(request.param, "undisturbed") as project:
        yield project


def test_a_run_that_is_killed_at_any_moment_loses_nothing(
    undisturbed: Project, make_project: MakeProject, faults: Callable[[int], None]
) -> None:
    moments = random.Random(16)  # noqa: S311
    killed = 0
    with make_project(undisturbed.engine, "killed") as project:
        write(project, 10)
        began = time.monotonic()
        assert project.headroom_process("run").returncode == 0
        seconds = time.monotonic() - began
        for number in range(KILLS):
            write(project, 11 + number // 5)
            process = start(project, "run")
            # Most of a run is the writing of marts.
            time.sleep(seconds * moments.uniform(0.2, 1))
            if process.poll() is None:
                kill(process)
                killed += 1
            process.communicate()
            wait_until_free(project)
        assert project.headroom_process("run").returncode == 0
        after_kills = marts_of(project)
        builds = project.query(
            "select status, count(*) from marts.operations__builds group by status"
        )
    write(undisturbed, 11 + (KILLS - 1) // 5)
    assert undisturbed.headroom_process("run").returncode == 0
    assert after_kills == marts_of(undisturbed)
    # One that was killed before it had the lock is not recorded.
    assert dict(builds).get("killed", 0) <= killed
    faults(killed)


READ = """
    select table_name from information_schema.tables
    where table_schema = 'marts' and left(table_name, 8) = 'flotilla'
"""


@pytest.mark.parametrize("undisturbed", ["postgres"], indirect=True)
def test_a_reader_never_finds_a_mart_missing_or_empty(undisturbed: Project) -> None:
    """Builds with changed data, and with what looks like changed code, which makes views again."""
    write(undisturbed, 8)
    assert undisturbed.headroom_process("run").returncode == 0
    stopped, problems, reads = threading.Event(), [], [0]

    def read() -> None:
        with psycopg.connect(**place_of(undisturbed), autocommit=True) as connection:  # type: ignore[arg-type]
            marts = [name for (name,) in connection.execute(READ.encode()).fetchall()]
            full = {name for name in marts if _count(connection, name)}
            while not stopped.is_set():
                for name in marts:
                    reads[0] += 1
                    try:
                        if not _count(connection, name) and name in full:
                            problems.append(f"{name} was empty")
                    except psycopg.Error as error:
                        problems.append(f"{name}: {error}")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for number in range(BUILDS):
            write(undisturbed, 9 + number)
            if number % 4 == 3:
                undisturbed.execute("delete from headroom_operations.complete_builds")
            assert undisturbed.headroom_process("run").returncode == 0
    finally:
        stopped.set()
        thread.join()
    print(f"{reads[0]} reads beside {BUILDS} builds, {len(problems)} found something missing")
    assert problems == []


def _count(connection: psycopg.Connection[tuple[int]], mart: str) -> int:
    row = connection.execute(f"select count(*) from marts.{mart}".encode()).fetchone()
    return row[0] if row else 0
