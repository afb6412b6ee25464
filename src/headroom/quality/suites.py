"""The expectation suites, as functions. Importing this module imports Great Expectations.

Each expectation carries in `meta` what a reader needs to know of it; `gate` makes findings of that.
"""

from datetime import UTC, datetime
from typing import Any

from great_expectations import ExpectationSuite
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)

from headroom.quality.contract import (
    COLUMNS,
    KEYS,
    LIMITS,
    LIMITS_IN_WORDS,
    MAXIMUM_CLOCK_LEAD,
    MOST_MB_SECONDS,
    Family,
    Requirement,
    requirements,
)
from headroom.quality.shape import PRESENT, Shape, is_readable
from headroom.settings import Settings

COLUMN_REMEDY = (
    "restore it in the source, or make views named task and task_def that cast it and set "
    "HEADROOM_SOURCE_SCHEMA to their schema; grant the right to read a column that is not readable"
)
RETYPED_REASON: dict[Family, str] = {
    "timestamptz": " (a time without its zone can be any of 24 hours)",
}


class ExpectNoFailingRows(UnexpectedRowsExpectation):
    """A query that counts what is wrong in `failing_rows` counts nothing.

    The expectation it extends runs its query twice and fetches up to 200 failing rows. This one
    fetches the one row of a count, so that a table of 100 million runs is read once a check and
    no row of it leaves the database.
    """

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        """Pass where the count is zero; keep the whole row for the message."""
        row = metrics["unexpected_rows_query.table"][0]
        return {
            "success": row["failing_rows"] == 0,
            "result": {"observed_value": row["failing_rows"], "details": row},
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


def rows_suite(
    table: str, columns: list[str], limited: dict[str, Family], now: datetime
) -> ExpectationSuite:
    """Expect usable rows of a raw table, as far as the columns in `columns` allow it.

    `limited` are columns, all of them in `columns`, that may hold what staging cannot take.
    """
    expectations: list[Any] = []
    if KEYS[table] in columns:
        expectations += [_key_is_known(table, KEYS[table]), _key_is_unique(table, KEYS[table])]
    if "queued_at" in columns:
        expectations.append(_queued_in_the_past(table, now))
    if limited:
        key = KEYS[table] if KEYS[table] in columns else "cast(null as varchar)"
        weighs = {"memory", "started_at", "finished_at"} <= set(columns)
        expectations.append(_values_fit(table, limited, key, weighs=weighs))
    return ExpectationSuite(name=f"rows of {table}", expectations=expectations)


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


def _key_is_known(table: str, key: str) -> Any:
    return ExpectNoFailingRows(
        unexpected_rows_query=f"select count(*) as failing_rows from {{batch}} where {key} is null",
        meta={
            "table": table,
            "column": key,
            "expectation": f"each row has a {key}",
            "expected": "no NULL",
            "found": "rows with NULL: {failing_rows}",
            "remedy": f"find out which load wrote them, then delete the rows where {key} is null",
        },
    )


def _key_is_unique(table: str, key: str) -> Any:
    query = f"""
        select
            cast(coalesce(sum(times), 0) as bigint) as failing_rows,
            min({key}) as example
        from (
            select {key}, count(*) as times
            from {{batch}}
            where {key} is not null
            group by {key}
            having count(*) > 1
        ) as duplicates
    """
    return ExpectNoFailingRows(
        unexpected_rows_query=query,
        meta={
            "table": table,
            "column": key,
            "expectation": f"each {key} stands once",
            "expected": "no duplicate",
            "found": "rows that share theirs: {failing_rows} (such as {example})",
            "remedy": "the load ran twice, or two sources share the table: keep one row of each",
        },
    )


def _queued_in_the_past(table: str, now: datetime) -> Any:
    limit = (now + MAXIMUM_CLOCK_LEAD).astimezone(UTC).isoformat()
    query = f"""
        select
            count(*) as failing_rows,
            cast(max(queued_at at time zone 'UTC') as varchar) as latest
        from {{batch}}
        where queued_at > timestamptz '{limit}'
    """
    minutes = int(MAXIMUM_CLOCK_LEAD.total_seconds() / 60)
    return ExpectNoFailingRows(
        unexpected_rows_query=query,
        meta={
            "table": table,
            "column": "queued_at",
            "expectation": f"no run was queued more than {minutes} minutes ahead of the clock",
            "expected": f"nothing after {limit}",
            "found": "rows later than that: {failing_rows} (the last at {latest} UTC)",
            "remedy": "compare the clocks of this machine and of the source, and look whether the "
            "load wrote local times as UTC",
        },
    )


def _values_fit(table: str, limited: dict[str, Family], key: str, *, weighs: bool) -> Any:
    """Expect values that staging can take: one pass for all columns, a finding for each.

    `weighs`: also expect a memory and a time of each run whose product a mart can hold.
    """
    misfits = {column: _misfit(column, family) for column, family in limited.items()}
    findings = {
        column: _about(table, column, f"each {column} fits", LIMITS_IN_WORDS[family])
        for column, family in limited.items()
    }
    if weighs:
        misfits["product"] = _too_heavy(misfits)
        findings["product"] = _about(
            table,
            "memory",
            "the memory of each run times its time fits",
            "no more than 2,500,000 GB.h from started_at to finished_at",
        )
    counted = ",\n".join(
        f"count(*) filter (where {misfit}) as {name}_rows,"
        f" min({key}) filter (where {misfit}) as {name}_example"
        for name, misfit in misfits.items()
    )
    return ExpectNoFailingRows(
        unexpected_rows_query=f"""
            select count(*) filter (where {" or ".join(misfits.values())}) as failing_rows,
            {counted}
            from {{batch}}
        """,
        meta={"findings": findings},
    )


def _about(table: str, column: str, expectation: str, expected: str) -> dict[str, str]:
    return {
        "table": table,
        "column": column,
        "expectation": expectation,
        "expected": expected,
        "remedy": f"correct these rows, or make a view named {table} that gives NULL for them and "
        "set HEADROOM_SOURCE_SCHEMA to its schema",
    }


def _too_heavy(misfits: dict[str, str]) -> str:
    """Say which runs have a product that is too large; none of infinite times, named already."""
    odd = " or ".join(misfits[column] for column in ("started_at", "finished_at"))
    seconds = "extract(epoch from finished_at) - extract(epoch from started_at)"
    return (
        f"case when {odd} then false else"
        f" cast(memory as double precision) * abs({seconds}) > {MOST_MB_SECONDS} end"
    )


def _misfit(column: str, family: Family) -> str:
    lowest, highest = LIMITS[family]
    if column == "queued_at":
        # What is too high lies ahead of the clock: another expectation says so.
        return f"({column} < {lowest})"
    return f"({column} < {lowest} or {column} > {highest})"
