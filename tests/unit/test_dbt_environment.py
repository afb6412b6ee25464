"""The environment cannot redirect dbt: Headroom gives dbt its folders and drops its variables."""

import json
import os
import sys
from pathlib import Path

import pytest
from dbt.env_vars import KNOWN_ENGINE_ENV_VARS

from headroom import dbt as headroom_dbt
from headroom.cli.common import tell_ignored
from headroom.dbt import KEPT_VARIABLES, dbt_environment, ignored_variables, run_dbt
from headroom.settings import PROFILES_DIR, PROJECT_DIR, Settings

# dbt's own list, so that a variable of a later version is one of them.
KNOWN = sorted(
    {str(name) for known in KNOWN_ENGINE_ENV_VARS for name in (known.name, known.old_name) if name}
)
SETTINGS = Settings("duckdb", Path("unused.duckdb"), "flotilla")
PLACES = {"DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_LOG_LEVEL_FILE", "DBT_LOG_FORMAT_FILE"}


def test_dbt_knows_the_variables_that_we_keep() -> None:
    assert set(KNOWN) >= KEPT_VARIABLES
    assert {*PLACES, "DBT_LOG_FILE_MAX_BYTES"} == KEPT_VARIABLES


@pytest.mark.parametrize("variable", KNOWN)
def test_a_variable_of_dbt_is_ignored_and_named_unless_it_is_kept(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "elsewhere")
    kept = variable in KEPT_VARIABLES
    assert (dbt_environment(SETTINGS).get(variable) == "elsewhere") is kept
    assert (variable in ignored_variables()) is not kept


def test_values_that_dbt_records_or_hides_are_passed_on() -> None:
    environment = {"DBT_ENV_CUSTOM_ENV_TEAM": "x", "DBT_ENV_SECRET_TOKEN": "y", "DBT_ANY": "z"}
    assert ignored_variables(environment) == ["DBT_ANY"]


def test_the_own_folders_are_not_worth_a_word() -> None:
    own = {"DBT_PROFILES_DIR": str(PROFILES_DIR), "DBT_PROJECT_DIR": str(PROJECT_DIR)}
    assert ignored_variables(own) == []
    assert ignored_variables({**own, "DBT_PROJECT_DIR": "/"}) == ["DBT_PROJECT_DIR"]


def test_one_sentence_names_what_is_ignored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        monkeypatch.delenv(name)
    tell_ignored()
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("DBT_EMPTY", "true")
    monkeypatch.setenv("DBT_TARGET", "postgres")
    tell_ignored()
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        "Headroom does not pass these variables to dbt: DBT_EMPTY, DBT_TARGET\n",
    )


SHOW = """
import json, os, sys
event = {"info": {"name": "any", "msg": json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)])}}
print(json.dumps(event))
"""


def test_dbt_is_started_in_the_project_with_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program in dbt's place tells what it was given."""
    program = tmp_path / "dbt"
    program.write_text(f"#!{sys.executable}\n{SHOW}")
    program.chmod(0o755)
    monkeypatch.setattr(headroom_dbt.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_QUIET", "true")
    monkeypatch.chdir(tmp_path)
    (message,) = run_dbt(SETTINGS, ["build"]).messages
    arguments, folder, environment = json.loads(message)
    assert arguments[:3] == ["--log-format", "json", "build"]
    assert arguments[3:5] == ["--project-dir", str(PROJECT_DIR)]
    assert arguments[5:7] == ["--profiles-dir", str(PROFILES_DIR)]
    assert folder == str(PROJECT_DIR)
    assert not {"DBT_PROJECT_DIR", "DBT_QUIET"} & set(environment)
    assert environment["HEADROOM_TARGET"] == "duckdb"
