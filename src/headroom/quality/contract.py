"""What the project needs of the raw tables: the columns that staging reads, and their types.

They stand in dbt's description of the sources, which leaves out `env` for good: it can hold
secrets, so nothing reads it.
"""

from dataclasses import dataclass
from typing import Literal

import yaml

from headroom.settings import PROJECT_DIR

Family = Literal["text", "integer", "timestamptz", "boolean", "json"]

# Names as the catalogue gives them, in lower case. DuckDB says "varchar" for every text type.
TYPE_NAMES: dict[Family, tuple[str, ...]] = {
    "text": ("text", "character varying", "varchar", "character", "bpchar"),
    "integer": ("integer", "bigint", "smallint"),
    "timestamptz": ("timestamp with time zone",),
    "boolean": ("boolean",),
    "json": ("json", "jsonb"),
}

SOURCES = PROJECT_DIR / "models" / "staging" / "flotilla" / "_flotilla__sources.yml"


def _family(data_type: str) -> Family:
    return next(family for family, names in TYPE_NAMES.items() if data_type in names)


def _columns() -> dict[str, dict[str, Family]]:
    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {column["name"]: _family(column["data_type"]) for column in table["columns"]}
        for source in sources
        for table in source["tables"]
    }


COLUMNS = _columns()


@dataclass(frozen=True)
class Requirement:
    """One column that staging reads."""

    table: str
    column: str
    family: Family

    @property
    def accepted(self) -> tuple[str, ...]:
        """Give the type names that either engine may report for it."""
        return TYPE_NAMES[self.family]


def requirements(table: str) -> list[Requirement]:
    """Give the columns that staging reads from a raw table."""
    return [Requirement(table, column, family) for column, family in COLUMNS[table].items()]
