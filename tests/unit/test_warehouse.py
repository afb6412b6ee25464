"""How a DuckDB file is opened: by the command line and by dbt alike."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.config.renderer import ProfileRenderer
from dbt_common.context import set_invocation_context

from headroom.errors import WarehouseUnavailableError
from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import NEW_FILE_FORMAT, file_options, open_warehouse
from tests.support.parse import environment_of


def options_of_dbt() -> Any:
    text = (PROJECT_DIR / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    profile = yaml.safe_load(text)["headroom"]["outputs"]["duckdb"]
    set_invocation_context(os.environ)
    return ProfileRenderer().render_data(profile["config_options"])


def test_dbt_opens_a_file_as_the_command_line_does(tmp_path: Path) -> None:
    settings = Settings("duckdb", tmp_path / "new.duckdb", "flotilla", memory_limit=10**9)
    with environment_of(settings.environment()):
        assert options_of_dbt() == file_options(settings)
    with open_warehouse(settings) as warehouse:
        found = warehouse.scalar("select tags['storage_version'] from duckdb_databases()")
        assert warehouse.scalar("select current_setting('memory_limit')") == "953.6 MiB"
    assert found.startswith(NEW_FILE_FORMAT)


def test_plain_dbt_leaves_the_limit_to_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADROOM_MEMORY_LIMIT", raising=False)
    assert options_of_dbt()["memory_limit"] == "-1"


def test_a_full_spill_folder_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    settings = Settings("duckdb", tmp_path / "w.duckdb", "flotilla", memory_limit=300 * 10**6)
    with open_warehouse(settings) as warehouse:
        warehouse.execute("create table kept as select 1 as number")
        warehouse.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(WarehouseUnavailableError, match="disk is full") as error:
            warehouse.execute(
                "create table large as select md5(i::text) as word from range(20000000) as t(i)"
                " order by word"
            )
        assert "HEADROOM_MEMORY_LIMIT" in error.value.hint
        assert warehouse.readable("main") == {"kept"}
        assert warehouse.scalar("select number from kept") == 1
