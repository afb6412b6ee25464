"""How a DuckDB file is made: by the command line and by dbt alike."""

from pathlib import Path

import yaml

from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import NEW_FILE_OPTIONS, open_warehouse


def test_a_new_file_has_the_format_that_dbt_would_give_it(tmp_path: Path) -> None:
    text = (PROJECT_DIR / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    profile = yaml.safe_load(text)["headroom"]["outputs"]["duckdb"]
    assert profile["config_options"] == NEW_FILE_OPTIONS
    with open_warehouse(Settings("duckdb", tmp_path / "new.duckdb", "flotilla")) as warehouse:
        found = warehouse.scalar("select tags['storage_version'] from duckdb_databases()")
    assert found.startswith(NEW_FILE_OPTIONS["storage_compatibility_version"])
