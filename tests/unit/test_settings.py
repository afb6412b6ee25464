"""A DuckDB file whose name SQL would misread is refused by every command, before anything else."""

import sys
from pathlib import Path

import pytest
import typer

from headroom import cli
from headroom.errors import UsageError
from headroom.settings import DUCKDB_NAMES, OWN_SCHEMAS, Settings
from tests.support.project import OWN_SCHEMAS as BUILT_SCHEMAS

BAD_NAMES = [*DUCKDB_NAMES, "Main", "TEMP", "marts", "Headroom_Staging", "raw", "my.data", "a'b"]
GOOD_NAMES = ["headroom", "memory", "a b", "select", "2025", "übung", "main_2", "x-y"]
# What each command needs to be called at all; `None` stands for one that opens no warehouse.
ARGUMENTS = {
    "fleet": [],
    "build": [],
    "run": [],
    "plan": [],
    "report impact": [],
    "report bug": [],
    "report replay": [],
    "report html": ["--output", "report.html"],
    "report effect": [],
    "report owner": ["team"],
    "report retries": [],
    "explain": ["run-1"],
    "doctor": [],
    "prune": ["--older-than", "1d"],
    "init": None,
    "load build-stats": ["."],
    "load dask-report": ["."],
    "load perf-logs": ["."],
    "load failures": ["."],
    "load jobs": [".", "--format", "csv"],
    "failures analyze": [],
    "failures stats": [],
    "failures remediate": ["--type", "OOMKilled"],
    "failures record-solution": ["--type", "OOMKilled", "--description", "x", "--worked"],
}


def commands() -> list[str]:
    group = typer.main.get_command(cli.app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [name] if below is None else [f"{name} {word}" for word in below]
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADROOM_TARGET", "duckdb")
    monkeypatch.setenv("HEADROOM_SOURCE_SCHEMA", "raw")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_sql_misreads_is_refused(
    name: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_DUCKDB_PATH", str(place / f"{name}.duckdb"))
    with pytest.raises(UsageError, match="HEADROOM_DUCKDB_PATH") as error:
        Settings.from_environment()
    assert name.lower() in error.value.message.lower()
    # A server does not read the variable.
    assert Settings.from_environment("postgres").target == "postgres"


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_any_other_name_is_fine(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_DUCKDB_PATH", str(place / f"{name}.duckdb"))
    assert Settings.from_environment().duckdb_path.stem == name


def test_the_schemas_are_those_that_dbt_makes() -> None:
    assert set(OWN_SCHEMAS) == set(BUILT_SCHEMAS)


@pytest.mark.parametrize("command", [name for name in commands() if ARGUMENTS[name] is not None])
def test_every_command_refuses_it_at_once(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADROOM_DUCKDB_PATH", str(place / "main.duckdb"))
    monkeypatch.setattr(sys, "argv", ["headroom", *command.split(), *ARGUMENTS[command]])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == UsageError.exit_code
    assert "DuckDB itself has a database main" in capsys.readouterr().err
    assert list(place.iterdir()) == []
