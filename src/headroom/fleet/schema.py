"""The raw tables' columns and types, as the source has them, and their SQL on either engine."""

import csv
from functools import cache
from importlib.resources import files

from headroom.settings import Target

MARKER = "headroom reference fleet (synthetic)"
DAILY_MARKER = "headroom daily fleet (synthetic)"
MARKERS = (MARKER, DAILY_MARKER)
TABLES = ("task", "task_def", "fleet_truth")
_TRUTH = {"run_id": "text", "cause": "text", "donor_run_id": "text"}
_NOT_NULL_KEYS = {"task": "run_id", "task_def": "definition_id", "fleet_truth": "run_id"}


@cache
def columns(table: str) -> dict[str, str]:
    """Give a table's columns in order, each with its PostgreSQL type."""
    if table == "fleet_truth":
        return _TRUTH
    text = (files("headroom.fleet") / "flotilla_schema.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["table_name"] == table]
    return {row["column_name"]: row["data_type"] for row in rows}


@cache
def _required(table: str) -> frozenset[str]:
    if table == "fleet_truth":
        return frozenset({"run_id", "cause"})
    text = (files("headroom.fleet") / "flotilla_schema.csv").read_text(encoding="utf-8")
    return frozenset(
        row["column_name"]
        for row in csv.DictReader(text.splitlines())
        if row["table_name"] == table and row["is_nullable"] == "NO"
    )


def create_table(target: Target, schema: str, table: str, name: str) -> str:
    """Write the statements that make an empty `schema.name` shaped like `table`, marked as ours."""
    types = {"jsonb": "json"} if target == "duckdb" else {}
    lines = [
        f'"{column}" {types.get(kind, kind)}' + (" not null" if column in _required(table) else "")
        for column, kind in columns(table).items()
    ]
    return (
        f'create table "{schema}"."{name}" ({", ".join(lines)});\n'
        f"{mark_table(schema, name, MARKER)};"
    )


def mark_table(schema: str, name: str, marker: str) -> str:
    """Write the statement that says which fleet a table holds."""
    return f'comment on table "{schema}"."{name}" is \'{marker}\''


_TASK_INDEXES = {
    "task_queued_at": "queued_at",
    "task_definition_hash": "definition_id, command_hash",
}


def drop_indexes(schema: str, table: str) -> list[str]:
    """Write what takes a PostgreSQL table's indexes away: loading without them is faster."""
    names = _TASK_INDEXES if table == "task" else {}
    return [
        f'alter table "{schema}"."{table}" drop constraint if exists {table}_pkey',
        *(f'drop index if exists "{schema}".{name}' for name in names),
    ]


def create_indexes(schema: str, table: str) -> list[str]:
    """Write the indexes a real Flotilla has, for PostgreSQL."""
    place = f'"{schema}"."{table}"'
    names = _TASK_INDEXES if table == "task" else {}
    key = _NOT_NULL_KEYS[table]
    return [
        f"alter table {place} add constraint {table}_pkey primary key ({key})",
        *(f"create index {name} on {place} ({columns})" for name, columns in names.items()),
    ]
