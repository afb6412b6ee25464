"""The environment cannot redirect dbt: Headroom gives dbt its folders and drops its variables."""

import json
import os
import sys
from pathlib import Path

import pytest
from dbt.env_vars import KNOWN_ENGINE_ENV_VARS

from headroom import dbt as headroom_dbt
from headroom import dbt_folders, settings
from headroom.cli.common import tell_ignored
from headroom.dbt import (
    KEPT_VARIABLES,
    dbt_environment,
    ignored_variables,
    run_dbt,
)
from headroom.dbt_folders import project_folder, target_folder
from headroom.errors import UsageError
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
    passed = dbt_environment(SETTINGS).get(variable, "")
    assert (Path(passed).name == "elsewhere") is kept
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
    monkeypatch.setenv("DBT_TARGET_PATH", "dbt files")
    monkeypatch.setenv("HEADROOM_REPORTING_TIMEZONE", "Asia/Tokyo")
    monkeypatch.chdir(tmp_path)
    (message,) = run_dbt(SETTINGS, ["build"], variables={"as_of": "then"}).messages
    arguments, folder, environment = json.loads(message)
    assert arguments[:3] == ["--log-format", "json", "build"]
    assert arguments[3:5] == ["--project-dir", str(PROJECT_DIR)]
    assert arguments[5:7] == ["--profiles-dir", str(PROFILES_DIR)]
    assert arguments[7] == "--vars"
    assert json.loads(arguments[8]) == {"reporting_timezone": "Asia/Tokyo", "as_of": "then"}
    assert folder == str(PROJECT_DIR)
    assert not {"DBT_PROJECT_DIR", "DBT_QUIET"} & set(environment)
    assert environment["DBT_TARGET_PATH"] == str(tmp_path / "dbt files")
    assert environment["HEADROOM_TARGET"] == "duckdb"


@pytest.mark.parametrize("variable", ["DBT_TARGET_PATH", "DBT_LOG_PATH"])
def test_a_folder_that_dbt_cannot_write_is_refused_by_its_variable(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv(variable, str(tmp_path / "file" / "folder"))
    with pytest.raises(UsageError, match="file/folder") as refused:
        run_dbt(SETTINGS, ["build"])
    assert variable in refused.value.hint


def test_an_installed_wheel_is_never_written_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DBT_TARGET_PATH", "HEADROOM_DUCKDB_PATH", "HEADROOM_TARGET"):
        monkeypatch.delenv(name, raising=False)
    for module in (settings, dbt_folders):
        monkeypatch.setattr(module, "IS_CHECKOUT", False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    assert target_folder().is_relative_to(tmp_path / "cache" / "headroom")
    place = Settings.from_environment().duckdb_path
    assert place == tmp_path / "warehouse" / "headroom.duckdb"


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("DBT_TARGET_PATH", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(dbt_folders, "IS_CHECKOUT", False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(UsageError, match="no home") as refused:
        target_folder()
    assert "XDG_CACHE_HOME" in refused.value.hint


def test_seeds_of_one_s_own_stand_in_the_project_that_dbt_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "deployments.csv").touch()
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.delenv("HEADROOM_SEEDS", raising=False)
    assert project_folder() == PROJECT_DIR
    monkeypatch.setenv("HEADROOM_SEEDS", str(own))
    project = project_folder()
    reference = project / "seeds" / "reference"
    assert (reference / "deployments.csv").samefile(own / "deployments.csv")
    assert (reference / "masks.csv").samefile(PROJECT_DIR / "seeds" / "reference" / "masks.csv")
    # Also after a file came and one went.
    (own / "deployments.csv").rename(own / "masks.csv")
    (reference / "of_an_earlier_version.csv").symlink_to(own)
    assert project_folder() == project
    for name in ("dbt_project.yml", "models", "seeds/reference/deployments.csv"):
        assert (project / name).samefile(PROJECT_DIR / name)
    assert (reference / "masks.csv").samefile(own / "masks.csv")
    assert _files(project / "seeds") == _files(PROJECT_DIR / "seeds")
    assert not [path for path in project.iterdir() if not (PROJECT_DIR / path.name).exists()]


def test_a_project_that_cannot_be_put_together_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "target").touch()
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("HEADROOM_SEEDS", str(tmp_path))
    with pytest.raises(UsageError, match="cannot be put together") as refused:
        project_folder()
    assert "DBT_TARGET_PATH" in refused.value.hint


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}
