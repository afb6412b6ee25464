"""Prune: landed rows older than an age are deleted, where somebody asks for it and never else.

What belongs together goes together: a build with its reports and samples, a trial, a Dask report.
Its age is that of its newest row. What has no time at all is kept and counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headroom.errors import UsageError
from headroom.landed.contract import LANDED_SCHEMA, LandedTable, landed_tables
from headroom.landed.landing import execute_alone, mark_touched_sql, open_when_free
from headroom.operations import create_sql
from headroom.settings import Settings
from headroom.warehouse import Warehouse

AGE = re.compile(r"([1-9][0-9]{0,5})([dw])")
DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True)
class Pruned:
    """What is, or would be, deleted of a table and what stays; `undated` of it has no time."""

    table: str
    deleted: int
    kept: int
    undated: int


def cutoff(age: str, as_of: datetime) -> datetime:
    """Give the moment that an age such as 400d or 8w before `as_of` means. Raises UsageError."""
    match = AGE.fullmatch(age)
    try:
        if match:
            return as_of.astimezone(UTC) - timedelta(days=int(match[1]) * DAYS[match[2]])
    except OverflowError:
        pass
    raise UsageError(f"{age!r} is not an age", "write days or weeks, such as 400d or 8w")


def prune(settings: Settings, before: datetime, *, dry_run: bool) -> list[Pruned]:
    """Delete what is older than a moment from all landed tables, in one transaction; count it.

    With `dry_run` nothing is written. Tables that were never loaded are left out.
    """
    with open_when_free(settings, read_only=True) as warehouse:
        pools = _pools(_present(warehouse))
        if dry_run:
            return [
                Pruned(table.name, *warehouse.query(_count_sql(table, ages)).rows[0])
                for ages, tables in ((f"({_ages_sql(pool, before)})", pool) for pool in pools)
                for table in tables
            ]
    statements = create_sql("changed_parts")
    for place, pool in enumerate(pools):
        ages = f"ages_{place}"
        statements.append(f"create temporary table {ages} as {_ages_sql(pool, before)}")
        for table in pool:
            counts = f"counts_{table.name}"
            statements.append(f"create temporary table {counts} as {_count_sql(table, ages)}")
            statements += [_mark_sql(table, ages), _delete_sql(table, ages)]
    tables = [table for pool in pools for table in pool]
    with open_when_free(settings) as warehouse, warehouse.one_session():
        execute_alone(warehouse, settings.target, tables, statements)
        return [
            Pruned(table.name, *warehouse.query(f"select * from counts_{table.name}").rows[0])
            for table in tables
        ]


def _present(warehouse: Warehouse) -> list[LandedTable]:
    names = warehouse.readable(LANDED_SCHEMA)
    return [table for name, table in sorted(landed_tables().items()) if name in names]


def _pools(tables: Sequence[LandedTable]) -> list[list[LandedTable]]:
    """Put tables that are pruned together into one list."""
    pools: dict[tuple[str, ...], list[LandedTable]] = {}
    for table in tables:
        pools.setdefault(table.age_group or (table.name,), []).append(table)
    return list(pools.values())


def _ages_sql(pool: Sequence[LandedTable], before: datetime) -> str:
    """Find the groups that are old, and with a NULL those that have no time."""
    group = ", ".join(_group(pool[0]))
    rows = " union all ".join(
        f"select {group}, {_newest_sql(table)} as newest from {table.relation}" for table in pool
    )
    return (
        f"select {group}, max(newest) as newest from ({rows}) as dated group by {group} "
        f"having max(newest) < timestamptz '{before.isoformat()}' or max(newest) is null"
    )


def _newest_sql(table: LandedTable) -> str:
    columns = ", ".join(table.age_columns)
    return f"greatest({columns})" if columns else "cast(null as timestamptz)"


def _group(table: LandedTable) -> tuple[str, ...]:
    return table.age_group or table.key


def _same_group(table: LandedTable, alias: str = "landed") -> str:
    return " and ".join(f"{alias}.{name} = ages.{name}" for name in _group(table))


def _count_sql(table: LandedTable, ages: str) -> str:
    first = _group(table)[0]
    return (
        "select count(ages.newest) as deleted, count(*) - count(ages.newest) as kept, "
        f"count(*) filter (where ages.{first} is not null and ages.newest is null) as undated "
        f"from {table.relation} as landed left join {ages} as ages on {_same_group(table)}"
    )


def _mark_sql(table: LandedTable, ages: str) -> str:
    rows = (
        f"{table.relation} as touching inner join {ages} as ages on"
        f" {_same_group(table, 'touching')} and ages.newest is not null"
    )
    return mark_touched_sql(table, rows)


def _delete_sql(table: LandedTable, ages: str) -> str:
    return (
        f"delete from {table.relation} as landed using {ages} as ages "
        f"where {_same_group(table)} and ages.newest is not null"
    )
