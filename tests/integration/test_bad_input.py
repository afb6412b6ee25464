"""What goes wrong for a user ends in one clear message and an exit code, and nothing is lost."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from headroom.errors import BuildFailedError
from headroom.pull import audit
from tests.support.canonical import export_marts
from tests.support.project import FLOTILLA, Project, without_marts_on_failures
from tests.support.raw import definition_row, run_row, write_raw


def failed(outcome: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """Hold a failure to its exit code and form; give its message with single spaces."""
    assert outcome.returncode == exit_code, outcome.stdout + outcome.stderr
    assert outcome.stderr.startswith("headroom: "), outcome.stderr
    assert "Traceback" not in outcome.stdout + outcome.stderr
    return " ".join(outcome.stderr.split())


WITHOUT_UNITS = ("--exclude", "test_type:unit")
ODD_RUNS = [
    run_row("eks-1", definition_id="unknown"),
    run_row("eks-2", definition_id=None),
    run_row("eks-3", status="LOST"),
    run_row("eks-4", status=None, engine="ecs"),
    {"run_id": "eks-5", "engine": "eks", "definition_id": "definition-1"},
]


@pytest.fixture(scope="module")
def built(module_project: Project) -> Iterator[Project]:
    """A warehouse built over odd runs, where a build makes Flotilla's marts."""
    with module_project.in_environment():
        write_raw(module_project.settings, ODD_RUNS, [definition_row()])
    module_project.dbt(*FLOTILLA)
    with without_marts_on_failures():
        yield module_project


def exported(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


def test_odd_runs_stay_and_are_flagged(built: Project) -> None:
    flags = built.query(
        "select run_id, is_definition_missing, is_status_unknown, is_engine_unknown"
        " from marts.flotilla__runs order by run_id"
    )
    assert flags == [
        ("eks-1", True, False, False),
        ("eks-2", True, False, False),
        ("eks-3", False, True, False),
        ("eks-4", False, True, True),
        ("eks-5", True, True, False),
    ]


def test_an_audit_finds_a_run_that_the_mart_has_wrong(built: Project) -> None:
    change = "update marts.flotilla__runs set memory_mb = {} where run_id = 'eks-1'"
    with built.in_environment():
        audit(built.settings)
        built.execute(change.format(7))
        with pytest.raises(BuildFailedError, match="the audit found 1 wrong run") as error:
            audit(built.settings)
        built.execute(change.format(1024))
        audit(built.settings)
    assert "such as eks-1; days: 2025-11-01" in error.value.hint


@pytest.mark.usually_on("postgres")
def test_a_source_that_lost_too_much_is_told_of(built: Project) -> None:
    """Duplicates stop the build; a day that vanished stays until somebody says that it may go.

    A run that cannot be used is set aside meanwhile.
    """
    with built.in_environment():
        write_raw(built.settings, ODD_RUNS, [definition_row()])
    rows = "select * from flotilla.task where run_id = 'eks-1'"
    built.execute("drop view headroom_staging.base_flotilla__task cascade")
    if built.engine == "postgres":
        built.execute("alter table flotilla.task drop constraint if exists task_pkey")
    built.execute(f"insert into flotilla.task {rows}")
    message = failed(built.headroom("build"), 3)
    assert "run_id eks-1 stands 2 times in task" in message
    ahead = run_row("eks-7", queued_at=datetime.now(UTC) + timedelta(hours=1))
    with built.in_environment():
        write_raw(built.settings, [ODD_RUNS[-1], ahead], [definition_row()])
    outcome = built.headroom("build")
    said = " ".join(outcome.stdout.split())
    assert "Set aside: 1 row that cannot be used (eks-7: queued_at is ahead of the clock)" in said
    message = failed(outcome, 3)
    assert "rows that were there before are missing in the source, of 1 day;" in message
    assert "2025-11-01: 4 of 4 missing" in message
    assert built.query("select count(*) from marts.flotilla__runs") == [(5,)]
    assert "accept-deletes 2025-11-01..2025-11-01" in message
    accepted = built.headroom("build", "--accept-deletes", "2025-11-01..2025-11-01")
    assert accepted.returncode == 0, accepted.stderr
    assert built.query("select count(*) from marts.flotilla__runs") == [(1,)]


@pytest.mark.usually_on("duckdb")
def test_a_failed_build_names_the_node_and_keeps_the_marts(built: Project) -> None:
    """The next build fails as well, though nothing changed; what is counted shows the break."""
    before = exported(built)
    broken = run_row(
        "eks-9", queued_at=datetime(2025, 12, 20, tzinfo=UTC), command="echo", memory=9
    )
    with built.in_environment():
        write_raw(built.settings, [*ODD_RUNS, broken], [definition_row()])
    shown = (
        "select coalesce(sum(null_hash_command_run_count), 0)"
        " from marts.flotilla__hash_health_daily"
    )
    assert built.query(shown) == [(0,)]
    message = failed(built.headroom("build"), 4)
    assert "command_hash_is_never_null_after_the_fix" in message
    after = exported(built)
    assert after.pop("marts.flotilla__hash_health_daily")
    assert after == {name: before[name] for name in after}
    assert built.query(shown) == [(1,)]
    again = built.dbt(
        "build", "--select", "base_flotilla__task_pulled+1", *WITHOUT_UNITS, succeeds=False
    )
    assert again["command_hash_is_never_null_after_the_fix"] == "fail"


@pytest.mark.usually_on("postgres")
def test_another_schema_of_the_same_name_is_not_believed(built: Project) -> None:
    """Its runs are others of the same days: the marts stay until somebody accepts it."""
    with built.in_environment():
        write_raw(built.settings, ODD_RUNS, [definition_row()])
    restored = built.headroom("build", "--accept-deletes", "2025-11-01..2025-12-31")
    assert restored.returncode == 0, restored.stderr
    before = exported(built)
    built.execute("drop schema flotilla cascade")
    with built.in_environment():
        other = run_row("eks-other", queued_at=ODD_RUNS[0]["queued_at"])
        write_raw(built.settings, [other, ODD_RUNS[-1]], [definition_row()])
    message = failed(built.headroom("build"), 3)
    assert "missing in the source" in message
    assert exported(built) == before


def test_a_source_of_another_shape_is_refused_before_any_mart(built: Project) -> None:
    before = exported(built)
    with built.in_environment():
        write_raw(built.settings, [run_row("eks-2")], [definition_row()])
    built.execute("drop view headroom_staging.base_flotilla__task cascade")
    built.execute("alter table flotilla.task drop column memory")
    built.execute("alter table flotilla.task alter column exit_code type text")
    message = failed(built.headroom("build"), 3)
    assert "task.memory" in message
    assert "missing" in message
    assert "task.exit_code" in message
    assert exported(built) == before


def test_no_marts_yet(project: Project) -> None:
    with project.in_environment():
        write_raw(project.settings, [], [])
    for command in (["report", "impact"], ["explain", "eks-1"], ["failures", "stats"]):
        assert "headroom build" in failed(project.headroom(*command), 5)


def test_a_mistyped_word_is_named(project: Project) -> None:
    mistyped = project.headroom("report", "impakt")
    assert mistyped.returncode == 2
    assert "Did you mean 'impact'?" in mistyped.stderr
    assert "2025-12-17" in failed(project.headroom("report", "impact", "--as-of", "yesterday"), 2)
    assert "duckdb, postgres" in failed(project.headroom("build", "--target", "oracle"), 2)
    conflict = project.headroom("report", "impact", "--check", "--as-of", "2025-12-01")
    assert "--as-of" in failed(conflict, 2)


def run_headroom(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headroom.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "locked.duckdb"
    holder = duckdb.connect(str(path))
    environment = {"HEADROOM_TARGET": "duckdb", "HEADROOM_DUCKDB_PATH": str(path)}
    page = ["report", "html", "--output", str(tmp_path / "report.html")]
    for command in (["build"], ["fleet"], ["report", "impact"], page):
        assert "locked by another process" in failed(run_headroom(environment, *command), 5)
    holder.close()


def test_a_file_that_is_no_duckdb_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (x)")
    environment = {"HEADROOM_TARGET": "duckdb", "HEADROOM_DUCKDB_PATH": str(path)}
    failed(run_headroom(environment, "build"), 5)


def test_a_server_that_does_not_answer_says_so_without_the_password() -> None:
    environment = {
        "HEADROOM_TARGET": "postgres",
        "PGHOST": "127.0.0.1",
        "PGPORT": "1",
        "PGPASSWORD": "never-print-this",
    }
    for command in (["build"], ["fleet"], ["report", "bug"]):
        outcome = run_headroom(environment, *command)
        assert "does not answer" in failed(outcome, 5)
        assert "never-print-this" not in outcome.stdout + outcome.stderr
    assert run_headroom(environment, "doctor").returncode == 5


def test_the_source_schema_can_have_another_name(project: Project) -> None:
    environment = {**project.environment(), "HEADROOM_SOURCE_SCHEMA": "elsewhere"}
    message = failed(run_headroom(environment, "build"), 3)
    assert "elsewhere" in message
    environment["HEADROOM_SOURCE_SCHEMA"] = "a; drop"
    assert "HEADROOM_SOURCE_SCHEMA" in failed(run_headroom(environment, "build"), 2)
