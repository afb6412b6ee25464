"""Raw tables made by a test: a few rows in the source's own columns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from headroom.fleet.schema import columns, create_table
from headroom.settings import Settings
from headroom.warehouse import PostgresWarehouse, Warehouse, open_warehouse

ARROW_TYPES = {
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}
START = datetime(2025, 11, 1, 12, tzinfo=UTC)
Row = dict[str, Any]


def run_row(run_id: str, **columns: Any) -> Row:
    """Give a run that finished well: override what a test is about."""
    queued_at = columns.get("queued_at", START)
    return {
        "run_id": run_id,
        "definition_id": "definition-1",
        "engine": "eks",
        "status": "STOPPED",
        "queued_at": queued_at,
        "started_at": queued_at + timedelta(minutes=1),
        "finished_at": queued_at + timedelta(hours=1),
        "memory": 1024,
        "exit_code": 0,
        **columns,
    }


def definition_row(definition_id: str = "definition-1", **columns: Any) -> Row:
    """Give a definition of 1,000 MB: override what a test is about."""
    return {
        "definition_id": definition_id,
        "alias": f"alias of {definition_id}",
        "image": "image",
        "group_name": "team",
        "memory": 1000,
        **columns,
    }


@contextmanager
def open_raw(settings: Settings) -> Iterator[Warehouse]:
    """Open the database that holds the raw tables, to write there."""
    if settings.source_dsn:
        with PostgresWarehouse(read_only=False, dsn=settings.source_dsn) as source:
            yield source
    else:
        with open_warehouse(settings) as warehouse:
            yield warehouse


def write_raw(settings: Settings, runs: Sequence[Row], definitions: Sequence[Row]) -> None:
    """Replace the rows of both raw tables; a table that is there stays, with the views on it."""
    with open_raw(settings) as warehouse:
        warehouse.execute(f"create schema if not exists {settings.source_schema}")
        for table, rows in (("task", runs), ("task_def", definitions)):
            name = f"{settings.source_schema}.{table}"
            if table in warehouse.readable(settings.source_schema):
                warehouse.execute(f"delete from {name}")
            else:
                statement = create_table(warehouse.engine, settings.source_schema, table, table)
                warehouse.execute(statement)
            if rows:
                warehouse.load(name, _arrow(table, rows).to_batches())


def _arrow(table: str, rows: Sequence[Row]) -> pa.Table:
    used = sorted({name for row in rows for name in row})
    kinds = {name: ARROW_TYPES.get(columns(table)[name], pa.string()) for name in used}
    return pa.table({name: pa.array([row.get(name) for row in rows], kinds[name]) for name in used})
