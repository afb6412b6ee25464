"""What the gate needs of a database: it reads little, prints nothing and lets go of it."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.quality import check_source
from headroom.quality.shape import read_shape

NOW = datetime(2025, 12, 17, 12, tzinfo=UTC)
HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
WRITE = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table written (i int)')"


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def refusal(source: Any) -> WarehouseUnavailableError:
    with pytest.raises(WarehouseUnavailableError) as error:
        check_source(source.settings, NOW)
    assert "\n" not in error.value.message
    return error.value


def test_a_file_that_another_process_holds_is_one_line(duckdb_source: Any) -> None:
    path = str(duckdb_source.settings.duckdb_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert refusal(duckdb_source).message == f"{path} is locked by another process"
        holder.communicate("")


def test_a_file_that_is_not_there_is_one_line(duckdb_source: Any) -> None:
    duckdb_source.settings.duckdb_path.unlink()

    assert refusal(duckdb_source).message.startswith("there is no database at")


def test_a_server_that_does_not_answer_is_one_line_without_the_password(
    postgres_source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGPASSWORD", "swordfish")

    error = refusal(postgres_source)

    assert error.message.startswith("PostgreSQL does not answer")
    assert "swordfish" not in error.message + error.hint


@pytest.mark.parametrize("broken", [False, True])
def test_another_process_may_write_right_after_the_gate(duckdb_source: Any, broken: bool) -> None:
    if broken:
        duckdb_source.execute("insert into {s}.task (run_id) values (null)")

    assert check_source(duckdb_source.settings, NOW).passed is not broken

    written = run_python(WRITE, str(duckdb_source.settings.duckdb_path))
    assert (written.returncode, written.stderr) == (0, "")


def test_a_path_with_signs_that_urls_and_templates_use_is_found(
    duckdb_source: Any, tmp_path: Path
) -> None:
    odd = tmp_path / "ein Pfad, $HOME ${X} 100%41?x=1#ü.duckdb"
    duckdb_source.settings.duckdb_path.rename(odd)

    assert check_source(replace(duckdb_source.settings, duckdb_path=odd), NOW).passed


def failing_column(source: Any, column: str) -> None:
    """Replace `task` by a view with a column that cannot be computed."""
    others = """
        with columns as (select * from {s}.raw_task)
        select run_id, definition_id, alias, image, cluster_name, exit_code, exit_reason, status,
        started_at, finished_at, instance_dns_name, group_name, "user", command, command_hash,
        memory, cpu, gpu, node_lifecycle, engine, pod_name, max_memory_used, pod_events,
        spark_extension, memory_limit, attempt_count, active_deadline_seconds, description, tier
    """
    kept = "queued_at" if column != "queued_at" else "env"
    data_type = "timestamptz" if column == "queued_at" else "jsonb"
    boom = f"cast(case when run_id is not null then error('boom') end as {data_type})"
    if source.settings.target == "postgres":
        boom = "{s}.boom()"
        source.execute(
            f"create function {{s}}.boom() returns {data_type} language plpgsql stable "
            "as 'begin raise exception ''boom''; end'"
        )
    source.execute(
        "alter table {s}.task rename to raw_task;"
        f"create view {{s}}.task as {others}, {kept}, {boom} as {column} from columns"
    )


def test_a_column_with_secrets_is_never_computed(source: Any) -> None:
    failing_column(source, "env")

    assert check_source(source.settings, NOW).passed


def test_a_query_that_the_engine_refuses_is_one_line(source: Any) -> None:
    failing_column(source, "queued_at")

    error = refusal(source)

    assert ".task cannot be read: " in error.message
    assert "boom" in error.message


def test_a_database_that_goes_away_between_the_checks_is_one_line(
    source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = read_shape(source.settings)
    monkeypatch.setattr("headroom.quality.gate.read_shape", lambda settings: shape)
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGPASSWORD", "swordfish")
    source.settings.duckdb_path.unlink(missing_ok=True)

    error = refusal(source)

    assert ".task cannot be read: " in error.message
    assert "(" not in error.message.partition("read: ")[2][:1]
    assert "swordfish" not in error.message


def test_the_gate_prints_and_logs_nothing(
    source: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    source.execute("insert into {s}.task (run_id) values (null); drop table {s}.task_def")
    check_source(source.settings, NOW)

    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_the_slow_import_waits_for_the_first_check() -> None:
    code = "import sys, headroom.quality; print('great_expectations' in sys.modules)"

    assert run_python(code).stdout == "False\n"


def test_a_first_check_in_a_new_process_prints_nothing(duckdb_source: Any) -> None:
    settings = duckdb_source.settings
    code = (
        "from pathlib import Path; from headroom.quality import check_source;"
        "from headroom.settings import Settings; import sys;"
        "check_source(Settings('duckdb', Path(sys.argv[1]), sys.argv[2]))"
    )

    first = run_python(code, str(settings.duckdb_path), settings.source_schema)

    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
