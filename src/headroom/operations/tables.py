"""Headroom's own tables: dbt makes them when it starts, and here they are made before dbt ran.

Their columns stand in one place, where dbt declares them as a source.
"""

from functools import cache

import yaml

from headroom.settings import PROJECT_DIR

SCHEMA = "headroom_operations"
SOURCES = PROJECT_DIR / "models" / "staging" / "operations" / "_operations__sources.yml"


@cache
def _columns() -> dict[str, dict[str, str]]:
    (source,) = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in source["tables"]
    }


def create_sql(table: str) -> list[str]:
    """Make a table that is missing, or add the columns that one of an earlier version lacks."""
    columns = [f"{name} {kind}" for name, kind in _columns()[table].items()]
    return [
        f"create schema if not exists {SCHEMA}",
        f"create table if not exists {SCHEMA}.{table} ({', '.join(columns)})",
        *(f"alter table {SCHEMA}.{table} add column if not exists {column}" for column in columns),
    ]


def quoted(value: str) -> str:
    """Write a text as SQL does."""
    return "'" + value.replace("'", "''") + "'"


def instant(moment: str) -> str:
    """Write an instant, which is in ISO's form, as SQL does."""
    return f"timestamptz {quoted(moment)}"
