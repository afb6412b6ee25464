"""Faults while `headroom run` is at work: nothing is lost, nothing is doubled, one clear message.

The number of faults survived of faults tried is printed (`pytest -s`).
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.settings import TARGETS
from headroom.throwaway_postgres import LIBPQ_VARIABLES
from tests.conftest import MakeProject
from tests.support.canonical import export_marts
from tests.support.project import Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

pytestmark = pytest.mark.long
KILLS = 50
BUILDS = 20


def history(days: int) -> list[Row]:
    """Runs of some days: commands that share a hash, runs out of memory, runs that go on."""
    return [
        run_row(
            f"eks-{number}",
            definition_id=f"definition-{number % 3}",
            command=f"command {number % 5}",
            command_hash=f"hash {number % 2}",
            queued_at=START + timedelta(hours=6 * number),
            started_at=START + timedelta(hours=6 * number, minutes=1),
            finished_at=START + timedelta(hours=6 * number + 1),
            exit_code=137 if number % 4 == 0 else 0,
            memory=1024 * (1 + number % 6),
        )
        for number in range(4 * days)
    ]


DEFINITIONS = [definition_row(f"definition-{number}") for number in range(3)]


def write(project: Project, days: int) -> None:
    with project.in_environment():
        write_raw(project.settings, history(days), DEFINITIONS)


def marts_of(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


def start(project: Project, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "headroom.cli", "run", *options]
    return subprocess.Popen(
        command,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    out, errors = process.communicate(timeout=600)
    return process.returncode, out + errors


def wait_until_free(project: Project) -> None:
    """A killed dbt may hold a DuckDB file for some milliseconds more."""
    for _ in range(100):
        try:
            project.query("select 1")
        except WarehouseUnavailableError:
            time.sleep(0.1)
        else:
            return


@pytest.fixture(params=TARGETS)
def undisturbed(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Project]:
    with make_project(request.param, "undisturbed") as project:
        yield project


def test_a_run_that_is_killed_at_any_moment_loses_nothing(
    undisturbed: Project, make_project: MakeProject
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
            process = start(project)
            # Most of a run is the writing of marts.
            time.sleep(seconds * moments.uniform(0.2, 1))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
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
    print(f"{undisturbed.engine}: {killed} of {killed} kills survived; builds: {dict(builds)}")


@contextmanager
def terminated(project: Project, seconds: float) -> Iterator[list[int]]:
    """End the other sessions of the database again and again."""
    place = {key: project.variables[name] for key, name in LIBPQ_VARIABLES.items()
             if name in project.variables}  # fmt: skip
    stopped, ended = threading.Event(), []

    def end_sessions() -> None:
        with psycopg.connect(**place, autocommit=True) as connection:  # type: ignore[arg-type]
            while not stopped.wait(seconds):
                found = connection.execute(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                ).fetchone()
                ended.append(int(found[0]) if found else 0)

    thread = threading.Thread(target=end_sessions)
    thread.start()
    try:
        yield ended
    finally:
        stopped.set()
        thread.join()


@pytest.mark.parametrize("undisturbed", ["postgres"], indirect=True)
def test_sessions_that_the_server_ends_are_made_up_for(
    undisturbed: Project, make_project: MakeProject
) -> None:
    with make_project("postgres", "ended") as project:
        write(project, 12)
        with terminated(project, 0.5) as ended:
            process = start(project, "--deadline", "5m")
            time.sleep(30)
        code, said = finish(process)
        assert code == 0, said
        assert "Traceback" not in said
        assert said.count("Trying again in") >= 1
        made = marts_of(project)
    write(undisturbed, 12)
    assert undisturbed.headroom_process("run").returncode == 0
    assert made == marts_of(undisturbed)
    print(f"{sum(ended)} sessions ended; the run tried again {said.count('Trying again in')} times")


def test_two_runs_at_once_are_one_after_the_other(undisturbed: Project) -> None:
    write(undisturbed, 8)
    first, second = start(undisturbed, "--wait", "5m"), start(undisturbed, "--wait", "5m")
    assert [finish(process)[0] for process in (first, second)] == [0, 0]
    ended = undisturbed.query("select status from marts.operations__builds order by build_id")
    assert ended == [("succeeded",), ("unchanged",)]


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
    place = {key: undisturbed.variables[name] for key, name in LIBPQ_VARIABLES.items()
             if name in undisturbed.variables}  # fmt: skip

    def read() -> None:
        with psycopg.connect(**place, autocommit=True) as connection:  # type: ignore[arg-type]
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
