"""Landing: rows are merged into the landed tables by key, in one transaction or not at all.

Rows go into temporary tables in bulk first. The merge then deletes what changed and inserts what is
new or changed, so loading a log twice writes nothing. Log content is data throughout, never SQL.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg
import pyarrow as pa

from headroom.errors import WarehouseUnavailableError
from headroom.hooks.contract import LANDED_SCHEMA, LandedTable
from headroom.settings import Settings, Target
from headroom.warehouse import Warehouse, open_warehouse

WAIT_SECONDS = 60
DUCKDB_HEADER_BYTES = 3 * 4096
RETRY_SECONDS = 0.2
# Any number that no other program on the server is likely to take.
POSTGRES_LOCK = 7_105_204
Row = Mapping[str, Any]
Batches = list[pa.RecordBatch]


@dataclass(frozen=True)
class Landed:
    """What a merge did with the distinct rows of a table."""

    table: str
    new: int
    changed: int
    unchanged: int
    removed: int = 0


def arrow_rows(table: LandedTable, rows: Sequence[Row]) -> Batches:
    """Give rows as Arrow batches in the types of the contract."""
    made = pa.Table.from_pylist(list(rows), table.arrow_schema)
    return list(made.to_batches(max_chunksize=100_000))


def land(
    settings: Settings,
    incoming: Mapping[LandedTable, Batches],
    replaced: Mapping[LandedTable, Batches] | None = None,
) -> list[Landed]:
    """Merge batches into their tables, all in one transaction; of equal keys the last row counts.

    `replaced` holds some columns of a table: what agrees with one of its rows and is not incoming
    is removed. Another load at work is waited for; raises WarehouseUnavailableError after
    WAIT_SECONDS.
    """
    scopes = replaced or {}
    with _open_when_free(settings) as warehouse:
        for table, batches in incoming.items():
            warehouse.execute(_stage_sql(table))
            warehouse.load(f"incoming_{table.name}", batches)
        for table, batches in scopes.items():
            warehouse.execute(_stage_scope_sql(table, batches))
            warehouse.load(f"scope_{table.name}", batches)
        statements = [_lock_sql(settings.target), f"create schema if not exists {LANDED_SCHEMA}"]
        statements += [_create_sql(table) for table in incoming]
        _execute(warehouse, statements)
        _execute(
            warehouse,
            [
                _lock_sql(settings.target),
                *(_table_lock_sql(settings.target, table) for table in incoming),
                *(_merge_sql(table) for table in incoming),
                *(_remove_sql(table, batches) for table, batches in scopes.items()),
            ],
        )
        return [_count(warehouse, table, table in scopes) for table in incoming]


def _open_when_free(settings: Settings) -> Warehouse:
    """Open the warehouse; a DuckDB file that another process writes is waited for."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return open_warehouse(settings)
        except WarehouseUnavailableError as error:
            # Another load may have just made the file and not yet written its three header blocks.
            path = settings.duckdb_path
            is_being_made = path.exists() and path.stat().st_size < DUCKDB_HEADER_BYTES
            busy = "locked" in error.message or is_being_made
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def _execute(warehouse: Warehouse, statements: list[str]) -> None:
    """Run statements in one transaction; a load that holds the lock too long is reported."""
    try:
        warehouse.execute(";\n".join(statement for statement in statements if statement))
    except (psycopg.errors.LockNotAvailable, duckdb.TransactionException) as error:
        raise WarehouseUnavailableError(
            "another load holds the landed tables", "let it end, then load again: nothing was lost"
        ) from error


def _lock_sql(target: Target) -> str:
    """Let loads follow each other; the lock ends with the transaction. A DuckDB file has one."""
    if target == "duckdb":
        return ""
    return (
        f"set local lock_timeout = '{WAIT_SECONDS}s';\n"
        f"select pg_advisory_xact_lock({POSTGRES_LOCK})"
    )


def _table_lock_sql(target: Target, table: LandedTable) -> str:
    """Keep `dbt seed` from merging into the table at the same time."""
    if target == "duckdb":
        return ""
    return f"lock table {table.relation} in share row exclusive mode"


def _create_sql(table: LandedTable) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    added = [
        f"alter table {table.relation} add column if not exists {name} {kind}"
        for name, kind in table.columns.items()
    ]
    return ";\n".join([f"create table if not exists {table.relation} ({columns})", *added])


def _stage_sql(table: LandedTable) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    number = f"create temporary sequence row_of_{table.name}"
    default = f"incoming_row bigint default nextval('row_of_{table.name}')"
    return f"{number};\ncreate temporary table incoming_{table.name} ({columns}, {default})"


def _merge_sql(table: LandedTable) -> str:
    key = ", ".join(table.key)
    columns = ", ".join(table.columns)
    same_key = " and ".join(f"landed.{name} = incoming.{name}" for name in table.key)
    order = ", ".join(
        [*(f"{name} desc nulls last" for name in table.newest_by), "incoming_row desc"]
    )
    differs = " or ".join(
        f"landed.{name} is distinct from incoming.{name}"
        for name in table.columns
        if name not in table.key
    )
    return f"""
        create temporary table merged_{table.name} as
        select
            incoming.*,
            landed.{table.key[0]} is null as is_new,
            coalesce(({differs}) and not ({_is_older_sql(table)}), false) as is_different
        from (
            select
                *,
                row_number() over (partition by {key} order by {order}) as newest
            from incoming_{table.name}
        ) as incoming
        left join {table.relation} as landed on {same_key}
        where incoming.newest = 1;
        delete from {table.relation} as landed
        using merged_{table.name} as incoming
        where {same_key} and incoming.is_different;
        insert into {table.relation} ({columns})
        select {columns} from merged_{table.name} where is_new or is_different
    """


def _is_older_sql(table: LandedTable) -> str:
    """Say whether the incoming row knows less than the landed one; NULL is the least."""
    older, equal = "false", "true"
    for name in table.newest_by:
        greater = f"coalesce(landed.{name} > incoming.{name}, landed.{name} is not null)"
        # Where both are there the comparison is not NULL; where the landed one is not, it is less.
        older = f"{older} or ({equal} and {greater})"
        equal = f"{equal} and landed.{name} is not distinct from incoming.{name}"
    return older


def _stage_scope_sql(table: LandedTable, batches: Batches) -> str:
    columns = ", ".join(f"{name} {table.columns[name]}" for name in _scope_columns(batches))
    return f"create temporary table scope_{table.name} ({columns})"


def _scope_columns(batches: Batches) -> list[str]:
    return list(batches[0].schema.names)


def _remove_sql(table: LandedTable, batches: Batches) -> str:
    """Remove what a load stands for as a whole and does not hold any more."""
    same_key = " and ".join(f"landed.{name} = other.{name}" for name in table.key)
    in_scope = " and ".join(f"landed.{name} = scope.{name}" for name in _scope_columns(batches))
    return f"""
        create temporary table removed_{table.name} as
        select {", ".join(table.key)}
        from {table.relation} as landed
        where
            exists (select 1 from scope_{table.name} as scope where {in_scope})
            and not exists (select 1 from merged_{table.name} as other where {same_key});
        delete from {table.relation} as landed
        using removed_{table.name} as other
        where {same_key}
    """


def _count(warehouse: Warehouse, table: LandedTable, is_replaced: bool) -> Landed:
    new, changed, unchanged = warehouse.query(
        "select count(*) filter (where is_new),"
        " count(*) filter (where not is_new and is_different),"
        f" count(*) filter (where not is_new and not is_different) from merged_{table.name}"
    ).rows[0]
    count_removed = f"select count(*) from removed_{table.name}"
    removed = warehouse.scalar(count_removed) if is_replaced else 0
    return Landed(table.name, new, changed, unchanged, removed)
