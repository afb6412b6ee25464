"""What the project needs of the raw tables: the columns that staging reads, and their types.

They stand in dbt's description of the sources, which leaves out `env` for good: it can hold
secrets, so nothing reads it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
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
THRESHOLDS = PROJECT_DIR / "seeds" / "reference" / "thresholds.csv"


def _family(data_type: str) -> Family:
    return next(family for family, names in TYPE_NAMES.items() if data_type in names)


def _columns() -> dict[str, dict[str, Family]]:
    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: {column["name"]: _family(column["data_type"]) for column in table["columns"]}
        for source in sources
        for table in source["tables"]
    }


def _maximum_clock_lead() -> timedelta:
    with THRESHOLDS.open(newline="", encoding="utf-8") as file:
        values = {row["threshold"]: row["threshold_value"] for row in csv.DictReader(file)}
    return timedelta(seconds=float(values["clock_ahead_seconds"]))


# Staging casts to these: what lies outside stops dbt, or a reader in Python.
LIMITS: dict[Family, tuple[str, str]] = {
    "integer": ("-2147483648", "2147483647"),
    "timestamptz": ("timestamptz '0001-01-01 00:00:00+00'", "timestamptz '9999-12-31 00:00:00+00'"),
}
LIMITS_IN_WORDS: dict[Family, str] = {
    "integer": "nothing beyond 2,147,483,647 either way",
    "timestamptz": "finite times of the years 1 to 9999",
}
# Memory in MB times microseconds has to stay within eight bytes: 2.5 million GB.h. 350 GB for the
# longest that a run may take are 59,000.
MOST_MB_SECONDS = 9_000_000_000_000
COLUMNS = _columns()
# Clocks of two machines differ by seconds; a run further ahead was stamped wrongly.
MAXIMUM_CLOCK_LEAD = _maximum_clock_lead()
KEYS = {"task": "run_id", "task_def": "definition_id"}


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


def limited_columns(table: str, types: Mapping[str, str]) -> dict[str, Family]:
    """Give the columns whose type holds more than staging can take, with their families."""
    return {
        column: family
        for column, family in COLUMNS[table].items()
        if family == "timestamptz" or (family == "integer" and types.get(column) == "bigint")
    }
