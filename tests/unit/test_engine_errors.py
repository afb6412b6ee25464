"""What an engine refuses is a sentence and exit code 5, from every command, without a traceback."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg.errors import QueryCanceled

from headroom import cli
from headroom.build import _stopped_by, build_marts, check_sources
from headroom.connection import connect
from headroom.dbt import DbtRun, NodeResult
from headroom.engine_errors import meaning
from headroom.errors import (
    BuildFailedError,
    HeadroomError,
    LockedError,
    WarehouseUnavailableError,
)
from headroom.landed import landing
from headroom.landed.contract import landed_tables
from headroom.settings import PROJECT_DIR, Settings
from headroom.throwaway_postgres import throwaway_database
from headroom.warehouse import open_warehouse

SETTINGS = Settings("postgres", Path("unused"), "flotilla")
SAMPLES = PROJECT_DIR / "samples"
COMMANDS = {
    "fleet": [],
    "build": [],
    "report impact": [],
    "report html": ["--output", "report.html"],
    "explain": ["run-1"],
    "doctor": [],
    "prune": ["--older-than", "1d"],
    "load build-stats": [str(SAMPLES / "builds")],
    "load perf-logs": [str(SAMPLES / "throughput")],
    "load failures": [str(SAMPLES / "failures")],
    "load jobs": [str(SAMPLES / "jobs" / "trace.csv"), "--format", "csv"],
    "failures analyze": [],
    "failures stats": [],
    "failures remediate": ["--type", "OOMKilled"],
    "failures record-solution": ["--type", "OOMKilled", "--description", "x", "--worked"],
}


@pytest.fixture(scope="module")
def database(postgres_dsn: str) -> Iterator[dict[str, str]]:
    with throwaway_database(postgres_dsn) as variables:
        yield variables


@pytest.fixture(autouse=True)
def environment(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**database, "HEADROOM_TARGET": "postgres"}.items():
        monkeypatch.setenv(name, value)


def refused(sql: str) -> WarehouseUnavailableError:
    with (
        pytest.raises(WarehouseUnavailableError) as error,
        open_warehouse(SETTINGS) as warehouse,
    ):
        warehouse.execute(sql)
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value


@pytest.mark.parametrize(
    ("options", "sql", "sentence"),
    [
        ("statement_timeout=50ms", "select pg_sleep(5)", "the server cancelled a query"),
        ("", "select pg_terminate_backend(pg_backend_pid())", "the server ended the session"),
        ("default_transaction_read_only=on", "create table x (i int)", "the server is read-only"),
        ("role=pg_monitor", "create schema x", "the user lacks a right"),
        ("idle_in_transaction_session_timeout=50ms", "", "idle in its transaction"),
    ],
)
def test_a_refusal_is_a_sentence(
    options: str, sql: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", f"-c {options}" if options else "")
    if sql:
        assert sentence in refused(sql).message
        return
    with (
        pytest.raises(WarehouseUnavailableError, match=sentence),
        open_warehouse(SETTINGS) as warehouse,
        warehouse.connection.transaction(),  # type: ignore[attr-defined]
    ):
        with connect() as other:
            other.execute("select pg_sleep(0.3)")
        warehouse.execute("select 1")


def test_a_query_that_somebody_cancels_is_a_sentence() -> None:
    with open_warehouse(SETTINGS) as warehouse, connect() as other:
        pid = warehouse.scalar("select pg_backend_pid()")
        timer = Timer(0.3, other.execute, ["select pg_cancel_backend(%s)", [pid]])
        timer.start()
        with pytest.raises(WarehouseUnavailableError, match=r"cancelled a query.* user request"):
            warehouse.query("select pg_sleep(20)")
        timer.join()


def test_a_lock_that_another_holds_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=50ms")
    with connect() as holder, holder.transaction():
        holder.execute("create table held (i int)")
        with pytest.raises(LockedError, match="holds a lock"), open_warehouse(SETTINGS) as second:
            second.execute("create table held (i int)")


def test_a_role_without_a_free_connection_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect() as connection:
        connection.execute("drop role if exists headroom_test_full")
        connection.execute("create role headroom_test_full login connection limit 0")
        with monkeypatch.context() as patch:
            patch.setenv("PGUSER", "headroom_test_full")
            with pytest.raises(WarehouseUnavailableError, match="too many connections"):
                open_warehouse(SETTINGS)
        connection.execute("drop role headroom_test_full")


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(psycopg.errors.SyntaxError), open_warehouse(SETTINGS) as warehouse:
        warehouse.execute("select from from")


# As DuckDB quotes the server of HEADROOM_SOURCE_DSN.
FROM_THE_SOURCE = (
    duckdb.TransactionException('Failed to commit: Failed to execute query "COMMIT": '),
    duckdb.IOException('Unable to connect to Postgres at "": connection to server at "x" failed'),
    duckdb.IOException("Failed to fetch header for COPY: ERROR:  canceling statement due to x"),
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (duckdb.TransactionException("Conflict on update"), LockedError),
        (duckdb.IOException("Could not set lock on file"), LockedError),
        (
            duckdb.TransactionException("Failed to commit: Could not write file: No space left"),
            WarehouseUnavailableError,
        ),
        *((error, WarehouseUnavailableError) for error in FROM_THE_SOURCE),
        (duckdb.IOException("No space left on device"), WarehouseUnavailableError),
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
            WarehouseUnavailableError,
        ),
        (duckdb.FatalException("database has been invalidated"), WarehouseUnavailableError),
        (PermissionError(13, "Permission denied", "a file"), WarehouseUnavailableError),
        (psycopg.OperationalError("the connection is lost"), WarehouseUnavailableError),
        (psycopg.errors.lookup("26000")("prepared statement"), WarehouseUnavailableError),
        (psycopg.errors.lookup("08006")("broken"), WarehouseUnavailableError),
        (psycopg.errors.lookup("53100")("disk full"), WarehouseUnavailableError),
        (duckdb.BinderException("no column"), type(None)),
        (duckdb.IOException("Failed to fetch header: ERROR:  division by zero"), type(None)),
        (psycopg.ProgrammingError("a wrong call"), type(None)),
        (ValueError("another"), type(None)),
    ],
)
def test_the_meaning_of_errors(error: Exception, kind: type) -> None:
    assert type(meaning(error)) is kind


def cancelled(_: Any, query: Any, *arguments: Any, **more: Any) -> Any:
    """Stand in for Connection.execute: the server cancels all but what a new session asks for."""
    if "TimeZone" in str(query):
        return None
    raise QueryCanceled("canceling statement due to statement timeout")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_ends_with_5_when_its_query_is_cancelled(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("explain", "report.run", "diagnosis.ask"):
        name = f"headroom.{module}.compile_analyses"
        monkeypatch.setattr(name, lambda _, names: dict.fromkeys(names, "select 1"))
    monkeypatch.setattr(psycopg.Connection, "execute", cancelled)
    monkeypatch.setattr(sys, "argv", ["headroom", *command.split(), *COMMANDS[command]])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = "".join(capsys.readouterr())
    assert ended.value.code == WarehouseUnavailableError.exit_code, told
    assert "the server cancelled a query: canceling statement due to statement timeout" in told
    assert "Traceback" not in told


def of_dbt(*nodes: tuple[str, str]) -> DbtRun:
    """Make a run of dbt of which nodes ended in a status, with a message."""
    return DbtRun(
        1,
        [NodeResult("node", "model", status, 0, 9) for status, _ in nodes],
        [message for _, message in nodes],
        [message for status, message in nodes if status == "error"],
    )


TIMEOUT = "Database Error in model x (x.sql)\n  canceling statement due to statement timeout"


def test_a_build_that_the_server_stopped_may_be_tried_again() -> None:
    reason = "canceling statement due to statement timeout"
    assert _stopped_by(of_dbt(("error", TIMEOUT), ("skipped", ""))) == reason
    assert _stopped_by(of_dbt(("error", TIMEOUT), ("error", "column x does not exist"))) is None
    assert _stopped_by(of_dbt(("error", TIMEOUT), ("fail", "Got 3 results"))) is None
    assert _stopped_by(DbtRun(2, [], ["x", "connection to server at y failed: refused"]))
    assert _stopped_by(DbtRun(2, [], ["Parsing Error"])) is None


@pytest.mark.parametrize(
    "text",
    [
        'IO Error: Could not write file "a.duckdb": File too large',
        'could not extend file "base/5/1": Disk quota exceeded',
        "temporary file size exceeds temp_file_limit (64kB)",
        "out of memory\n  DETAIL:  Failed on request of size 8.",
        "out of shared memory",
    ],
)
def test_a_lack_of_room_is_no_fault_of_a_model(text: str) -> None:
    assert _stopped_by(of_dbt(("error", f"Database Error in model m\n  {text}")))


@pytest.mark.parametrize(
    ("ended", "kind", "said"),
    [
        (of_dbt(("error", TIMEOUT)), WarehouseUnavailableError, "the database stopped the build"),
        (of_dbt(("fail", "Got 3 results")), BuildFailedError, "failed: node;"),
        (DbtRun(2), BuildFailedError, "dbt stopped before its first node"),
    ],
)
def test_how_a_build_ends(
    ended: DbtRun, kind: type[HeadroomError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headroom.build.run_dbt", lambda *_, **_how: ended)
    with pytest.raises(HeadroomError) as error:
        build_marts(SETTINGS)
    assert type(error.value) is kind
    assert error.value.message.startswith(said)


def test_a_build_on_a_standby_ends_before_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    with pytest.raises(WarehouseUnavailableError, match="the server is read-only"):
        check_sources(SETTINGS)


def test_behind_a_pooler_a_load_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another session for each transaction would lose the tables that rows are staged in."""
    monkeypatch.setattr("headroom.warehouse.is_pooled", lambda _: True)
    table = landed_tables()["landed_rejects"]
    states: list[str] = []
    with landing.landing(SETTINGS, [table]) as open_landing:
        connection = open_landing.warehouse.connection  # type: ignore[attr-defined]
        states.append(connection.info.transaction_status.name)
        open_landing.merge()
        states.append(connection.info.transaction_status.name)
        found = "select count(*) from pg_class where relpersistence = 't'"
        assert open_landing.warehouse.scalar(found) > 0
    assert states == ["INTRANS", "INTRANS"]
    with open_warehouse(SETTINGS) as warehouse:
        assert warehouse.scalar(found) == 0
        assert warehouse.scalar(f"select count(*) from {table.relation}") == 0
