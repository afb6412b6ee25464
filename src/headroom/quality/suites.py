"""The expectation suites, as functions. Importing this module imports Great Expectations.

Each expectation carries in `meta` what a reader needs to know of it; `gate` makes findings of that.
"""

from typing import Any

from great_expectations import ExpectationSuite
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)

from headroom.quality.contract import COLUMNS, Family, Requirement, requirements
from headroom.quality.shape import PRESENT, Shape, is_readable
from headroom.settings import Settings

COLUMN_REMEDY = (
    "restore it in the source, or make views named task and task_def that cast it and set "
    "HEADROOM_SOURCE_SCHEMA to their schema; grant the right to read a column that is not readable"
)
RETYPED_REASON: dict[Family, str] = {
    "timestamptz": " (a time without its zone can be any of 24 hours)",
}


def shape_suite(settings: Settings, shape: Shape, remedies: dict[str, str]) -> ExpectationSuite:
    """Expect both raw tables and, of each that exists, the columns that staging reads.

    `remedies` say what to do about a table that is missing.
    """
    expectations: list[Any] = []
    for table in COLUMNS:
        expectations.append(_table_exists(settings, table, remedies.get(table, "")))
        if is_readable(shape, table):
            expectations.extend(_column_has_type(need) for need in requirements(table))
    return ExpectationSuite(name="shape of the raw tables", expectations=expectations)


def _table_exists(settings: Settings, table: str, remedy: str) -> Any:
    return ExpectColumnValuesToBeInSet(
        column=table,
        value_set=[PRESENT],
        meta={
            "table": table,
            "column": "",
            "expectation": "the raw table exists",
            "expected": f"a table or view {table} in schema {settings.source_schema}",
            "remedy": remedy,
        },
    )


def _column_has_type(need: Requirement) -> Any:
    accepted = list(need.accepted)
    return ExpectColumnValuesToBeInSet(
        column=f"{need.table}.{need.column}",
        value_set=accepted,
        meta={
            "table": need.table,
            "column": need.column,
            "expectation": f"the column exists and is of type {need.family}",
            "expected": " or ".join(accepted) + RETYPED_REASON.get(need.family, ""),
            "remedy": COLUMN_REMEDY,
        },
    )
