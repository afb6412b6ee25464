"""What the gate needs of a database: it reads little, prints nothing and lets go of it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.quality import check_source

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
        check_source(source.settings)
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


def test_another_process_may_write_right_after_the_gate(duckdb_source: Any) -> None:
    assert check_source(duckdb_source.settings).passed

    written = run_python(WRITE, str(duckdb_source.settings.duckdb_path))
    assert (written.returncode, written.stderr) == (0, "")


def test_a_path_with_signs_that_urls_and_templates_use_is_found(
    duckdb_source: Any, tmp_path: Path
) -> None:
    odd = tmp_path / "ein Pfad, $HOME ${X} 100%41?x=1#ü.duckdb"
    duckdb_source.settings.duckdb_path.rename(odd)

    assert check_source(replace(duckdb_source.settings, duckdb_path=odd)).passed


def test_the_gate_prints_and_logs_nothing(
    source: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    source.execute("drop table {s}.task_def")
    check_source(source.settings)

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
