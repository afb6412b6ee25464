"""A DuckDB warehouse whose raw tables are on a PostgreSQL server: equal marts, and no secret told.

`test_pull.py` also pulls in this way, in its long tests.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from headroom.settings import PROJECT_DIR
from headroom.throwaway_postgres import dsn_of
from tests.conftest import BESIDE, MakeProject
from tests.support.canonical import export_marts
from tests.support.project import Project
from tests.support.raw import definition_row, run_row, write_raw
from tests.support.small_fleet import write_small

PASSWORD = "never-to-be-told"  # noqa: S105
PULL = ("run", "--select", "base_flotilla__task_pulled")
# What a day brings: new runs, corrections of any age, a run that moves, deletions, a new baseline.
A_DAY = """
    create temporary table fresh as
    select * from flotilla.task where queued_at >= (select max(queued_at) - interval '1 day' from flotilla.task);
    update fresh set
        run_id = run_id || '-1', queued_at = queued_at + interval '1 day',
        started_at = started_at + interval '1 day', finished_at = finished_at + interval '1 day';
    insert into flotilla.task select * from fresh;
    update flotilla.task set exit_code = 137, memory = 2048
    where run_id in (
        select run_id from flotilla.task
        where queued_at < '2025-12-01' and exit_code = 0 order by run_id limit 7
    );
    update flotilla.task set queued_at = queued_at - interval '20 days'
    where run_id in (
        select run_id from flotilla.task where queued_at > '2025-12-20' order by run_id limit 1
    );
    delete from flotilla.task
    where run_id in (
        select run_id from flotilla.task where queued_at > '2025-12-20' order by run_id desc limit 2
    );
    update flotilla.task_def set memory = memory + 100
    where definition_id in (select min(definition_id) from flotilla.task)
"""  # noqa: E501


def with_dsn(project: Project, **changed: str) -> Project:
    """Give the project with another way to its source."""
    dsn = make_conninfo(project.settings.source_dsn or "", **changed)
    return replace(project, settings=replace(project.settings, source_dsn=dsn))


def told(outcome: object) -> str:
    """Give all that a command printed, on one line: messages are wrapped."""
    return " ".join(f"{outcome.stdout} {outcome.stderr}".split())  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def pair(make_project: MakeProject) -> Iterator[tuple[Project, Project]]:
    """The small fleet on PostgreSQL, built there and in a DuckDB file beside it."""
    with make_project("postgres", "source") as server, make_project("duckdb", "beside") as file:
        with server.in_environment():
            write_small(server.settings)
        folder = file.settings.duckdb_path.parent
        dsn = make_conninfo(dsn_of(server.variables), password=PASSWORD)
        logs = {"DBT_LOG_PATH": str(folder / "logs"), "DBT_LOG_LEVEL_FILE": "debug"}
        beside = Project(replace(file.settings, source_dsn=dsn), {**file.variables, **logs})
        # A process, which writes artifacts and logs.
        for outcome in (server.headroom("build"), beside.headroom_process("build")):
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            assert PASSWORD not in outcome.stdout + outcome.stderr
        yield server, beside


def marts(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


def test_the_marts_are_those_of_a_warehouse_on_the_server(pair: tuple[Project, Project]) -> None:
    server, beside = pair
    first = marts(beside)
    assert first == marts(server)
    assert "Nothing changed since" in told(beside.headroom("build"))
    server.execute(A_DAY)
    assert "the source differs from the pulled copy" in told(beside.headroom("plan"))
    for project in pair:
        outcome = project.headroom("build")
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert marts(beside) == marts(server)
    assert marts(beside) != first


def test_nothing_that_is_written_holds_the_password(pair: tuple[Project, Project]) -> None:
    _, beside = pair
    folder = beside.settings.duckdb_path.parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"manifest.json", "run_results.json", "dbt.log", "partial_parse.msgpack"} <= names
    assert any("flotilla_source" in path.read_text() for path in (folder / "logs").iterdir())
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
    for (table,) in beside.query(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema like 'headroom_operations'"
    ):
        rows = beside.query(f"select * from {table}")
        assert PASSWORD not in str(rows)


def test_reports_do_without_the_server(pair: tuple[Project, Project]) -> None:
    _, beside = pair
    assert with_dsn(beside, port="1").headroom("report", "impact").returncode == 0


def test_a_server_that_does_not_answer_is_a_sentence(pair: tuple[Project, Project]) -> None:
    _, beside = pair
    away = with_dsn(beside, port="1")
    for command in ("build", "plan", "doctor"):
        outcome = away.headroom(command)
        assert outcome.returncode == 5
        said = told(outcome)
        assert "the source, Flotilla's PostgreSQL, does not answer: " in said
        assert "HEADROOM_SOURCE_DSN" in said
        assert PASSWORD not in said
    # Plain dbt has no gate: DuckDB itself says it.
    with pytest.raises(Exception, match="Connection refused") as error:
        away.dbt(*PULL)
    assert PASSWORD not in str(error.value)


@pytest.fixture
def beside(make_project: MakeProject) -> Iterator[Project]:
    """A few runs on a server, and a DuckDB file beside it; nothing is built yet."""
    with make_project(BESIDE, "test") as project:
        with project.in_environment():
            write_raw(project.settings, [run_row("eks-1")], [definition_row()])
        yield project


READER = (
    (PROJECT_DIR / "deploy" / "roles.sql")
    .read_text(encoding="utf-8")
    .replace("reader_only constant boolean := false", "reader_only constant boolean := true")
)


@contextmanager
def limited(project: Project, grants: str) -> Iterator[Project]:
    """Give the project as a user of the server who has but some grants."""
    name = f"headroom_test_{uuid4().hex[:12]}"
    project.execute_raw(f"create role {name} login")
    try:
        project.execute_raw(grants.replace("headroom_reader", name))
        yield with_dsn(project, user=name)
    finally:
        project.execute_raw(f"drop owned by {name}; drop role {name}")


def test_the_reader_of_the_roles_is_enough(beside: Project) -> None:
    # So many pages that DuckDB would read parts of the table side by side, which takes a grant on
    # all of it.
    beside.execute_raw(
        "insert into flotilla.task (run_id, engine, queued_at, description)"
        " select 'eks-' || number, 'eks', '2025-11-01 13:00:00Z', repeat('x', 1000)"
        " from generate_series(2, 8000) as numbers (number)"
    )
    with limited(beside, READER) as reader:
        reader.dbt("build", "--resource-type", "model", "seed", "--select", "+stg_flotilla__runs")
        count = "select count(*) from headroom_staging.base_flotilla__task_pulled"
        assert reader.query(count) == [(8000,)]
        made = "select count(*) from pg_namespace where nspname = 'marts'"
        with psycopg.connect(reader.settings.source_dsn or "") as connection:
            assert connection.execute(made).fetchone() == (0,)


@pytest.mark.parametrize(
    ("grants", "message"),
    [
        ("", "flotilla.task and flotilla.task_def may not be read by this user"),
        (
            f"{READER}; revoke select (memory) on flotilla.task from headroom_reader",
            "task.memory: the column exists and is of type integer; expected integer or bigint or"
            " smallint, found not readable by this user",
        ),
    ],
    ids=["none", "all but one"],
)
def test_a_missing_grant_is_a_sentence(beside: Project, grants: str, message: str) -> None:
    with limited(beside, grants or "select 1") as reader:
        outcome = reader.headroom("build")
    assert outcome.returncode == 3
    assert message in told(outcome)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "drop table flotilla.task; drop table flotilla.task_def",
            "HEADROOM_SOURCE_DSN is set, but there are no tables flotilla.task and",
        ),
        (
            "drop table flotilla.task_def",
            "flotilla.task is there, but not flotilla.task_def",
        ),
        (
            "alter table flotilla.task drop column memory",
            "task.memory: the column exists and is of type integer; expected integer or bigint or"
            " smallint, found missing",
        ),
    ],
    ids=["tables", "table", "column"],
)
def test_what_is_missing_is_a_sentence(beside: Project, change: str, message: str) -> None:
    beside.execute_raw(change)
    outcome = beside.headroom("build")
    assert outcome.returncode == 3
    assert message in told(outcome)


def test_doctor_names_the_server_and_an_index_that_it_lacks(beside: Project) -> None:
    beside.execute("create schema headroom_operations")
    beside.execute_raw("create index on flotilla.task (run_id, queued_at)")
    said = told(beside.headroom("doctor"))
    assert "the source answers: PostgreSQL database" in said
    assert "no index of flotilla.task begins with queued_at" in said
    assert "create index on flotilla.task (queued_at)" in said
    assert "begins with run_id" not in said


def test_a_fleet_is_not_written_over_there(beside: Project) -> None:
    outcome = beside.headroom("fleet", "--days", "1")
    assert outcome.returncode == 2
    assert "HEADROOM_SOURCE_DSN is set" in told(outcome)


CONFLICT = """
    alter table flotilla.task rename to runs;
    create table flotilla.stopped ();
    create function flotilla.is_stopped() returns boolean language plpgsql as $$
        begin
            if exists (select from flotilla.stopped) then
                raise exception 'canceling statement due to conflict with recovery'
                    using errcode = '40001';
            end if;
            return false;
        end
    $$;
    create view flotilla.task as select * from flotilla.runs where not flotilla.is_stopped()
"""


@pytest.mark.long
def test_a_conflict_with_recovery_is_tried_again(beside: Project) -> None:
    beside.execute_raw(f"{CONFLICT}; insert into flotilla.stopped default values")
    command = [sys.executable, "-m", "headroom.cli", "run", "--deadline", "1h"]
    with subprocess.Popen(
        command,
        env=beside.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = ""
        for line in process.stdout or ():
            said += line
            if "Trying again" in line:
                beside.execute_raw("delete from flotilla.stopped")
    assert process.returncode == 0, said
    assert said.count("Trying again") == 1
    assert "canceling statement due to conflict with recovery" in " ".join(said.split())
    assert beside.query("select run_id from marts.flotilla__runs") == [("eks-1",)]
    # The comparison without dbt says it itself.
    beside.execute_raw("insert into flotilla.stopped default values")
    outcome = beside.headroom("build")
    assert outcome.returncode == 5
    assert "the source, Flotilla's PostgreSQL, stopped the work: " in told(outcome)
    beside.execute_raw("delete from flotilla.stopped")
    assert "Nothing changed since" in told(beside.headroom("build"))


# As somebody who ends sessions does it, again and again.
KILL = "select pg_terminate_backend(pid) from pg_stat_activity where application_name <> 'killer'"


@pytest.mark.long
def test_a_build_whose_sessions_are_ended_is_made_up_for(beside: Project) -> None:
    is_over = threading.Event()

    def kill() -> None:
        dsn = make_conninfo(beside.settings.source_dsn or "", application_name="killer")
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not is_over.wait(0.05):
                connection.execute(f"{KILL} and datname = current_database()")

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        outcome = beside.headroom_process("build")
    finally:
        is_over.set()
        killer.join()
    assert outcome.returncode == 5, told(outcome)
    assert "Traceback" not in outcome.stderr
    assert beside.headroom("build").returncode == 0
    assert beside.query("select run_id from marts.flotilla__runs") == [("eks-1",)]


# Two hundred a day.
MANY = """
    insert into flotilla.task (run_id, definition_id, engine, status, queued_at, memory)
    select
        'run-' || number, 'definition-1', 'eks', 'STOPPED',
        timestamptz '2025-11-01 12:00:00Z' - number * interval '432 seconds', 1024
    from generate_series(1, 20000) as numbers (number);
    alter table flotilla.task add primary key (run_id);
    create index on flotilla.task (queued_at);
    analyze flotilla.task
"""
# Out of the lookback, into days that the scrub does not reach.
MOVED = """
    update flotilla.task set queued_at = queued_at - interval '60 days'
    where queued_at > '2025-10-25' and run_id <> 'eks-1';
    analyze flotilla.task
"""
FEW = """
    update headroom_reference.pull_limits set limit_value = 300 where pull_limit = 'scrub_rows'
"""
SCANS = """
    select seq_scan, idx_scan
    from pg_stat_user_tables
    where schemaname = 'flotilla' and relname = 'task'
"""


def scans_of(project: Project, *arguments: str) -> int:
    """Run dbt; give how often the server read all of `task` for it."""
    with psycopg.connect(project.settings.source_dsn or "", autocommit=True) as connection:

        def counted() -> tuple[int, int]:
            whole, by_index = connection.execute(SCANS).fetchone() or (0, 0)
            return whole, by_index

        before = counted()
        project.dbt(*arguments)
        # A session's counts arrive when it has ended.
        while counted() == before:
            time.sleep(0.05)
        return counted()[0] - before[0]


def test_the_server_finds_what_is_compared_by_its_indexes(beside: Project) -> None:
    beside.execute_raw(MANY)
    beside.dbt("build", "--resource-type", "seed", "model", "--select", f"+{PULL[-1]}")
    beside.execute(FEW)
    assert scans_of(beside, *PULL, "--full-refresh") > 0
    assert scans_of(beside, *PULL) == 0
    beside.execute_raw(MOVED)
    assert scans_of(beside, *PULL) == 0
    # Two statements of keys.
    moved = "select changed_runs from headroom_operations.pulls order by pull_number desc limit 1"
    assert beside.query(moved) == [(1499,)]
