"""Every mart as plain text that is the same whichever engine holds it.

A row is one line: its columns by name, instants as microseconds since 1970, doubles with 9
significant digits, NULL as \\N. The lines are sorted here, byte by byte, whatever the server's
collation.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Warehouse, open_warehouse

INTERMEDIATE_TABLES = (
    "headroom_intermediate.int_flotilla__hash_commands_daily",
    "headroom_intermediate.int_flotilla__hashes_daily",
    "headroom_intermediate.int_flotilla__shared_hashes_daily",
)
INSTANT = {
    "duckdb": "epoch_us({column})",
    "postgres": "cast(extract(epoch from {column}) * 1000000 as bigint)",
}
DOUBLE = {
    "duckdb": "printf('%.8e', {column})",
    "postgres": "trim(to_char({column}, '9.99999999eeee'))",
}


def export_tables(settings: Settings, names: Sequence[str]) -> dict[str, list[str]]:
    """Give the lines of tables, each named with its schema."""
    with open_warehouse(settings, read_only=True) as warehouse:
        return {name: _lines(warehouse, settings, name) for name in names}


def mart_tables(warehouse: Warehouse) -> list[str]:
    """Name every mart with its schema, without those on Headroom's work: each build differs."""
    found = warehouse.query(
        "select table_name from information_schema.tables"
        f" where table_schema = '{MARTS_SCHEMA}' and left(table_name, 10) <> 'operations'"
        " order by table_name"
    )
    return [f"{MARTS_SCHEMA}.{row[0]}" for row in found.rows]


def export_marts(
    settings: Settings, intermediates: Sequence[str] = INTERMEDIATE_TABLES
) -> dict[str, list[str]]:
    """Give the lines of every mart, and of the intermediates that are tables."""
    with open_warehouse(settings, read_only=True) as warehouse:
        names = [*mart_tables(warehouse), *intermediates]
        return {name: _lines(warehouse, settings, name) for name in names}


def keep_marts(settings: Settings) -> None:
    """Keep the lines of every mart in the warehouse, where they are too many for this process."""
    with open_warehouse(settings) as warehouse:
        warehouse.execute("drop schema if exists kept cascade; create schema kept")
        for name in mart_tables(warehouse):
            kept = name.replace(MARTS_SCHEMA, "kept")
            line = line_of(warehouse, settings, name)
            warehouse.execute(f"create table {kept} as select {line} as line from {name}")


def differences_from_kept(settings: Settings) -> dict[str, list[str]]:
    """Give some lines of each mart that differ from those that were kept."""
    differences = {}
    with open_warehouse(settings, read_only=True) as warehouse:
        for name in mart_tables(warehouse):
            now = f"select {line_of(warehouse, settings, name)} as line from {name}"
            kept = f"select line from {name.replace(MARTS_SCHEMA, 'kept')}"
            found = warehouse.query(
                f"(({now}) except all ({kept}) limit 3)"
                f" union all (({kept}) except all ({now}) limit 3)"
            ).rows
            if found:
                differences[name] = [line for (line,) in found]
    return differences


def _lines(warehouse: Warehouse, settings: Settings, name: str) -> list[str]:
    line = line_of(warehouse, settings, name)
    # A landed table is made by the first load or seed that fills it.
    rows = warehouse.query(f"select {line} from {name}").rows if line else []
    return sorted(row[0] for row in rows)


def line_of(warehouse: Warehouse, settings: Settings, name: str) -> str:
    """Write the SQL of a table's line; nothing where there is no such table."""
    schema, _, table = name.partition(".")
    columns = warehouse.query(
        "select column_name, lower(data_type) from information_schema.columns "
        f"where table_schema = '{schema}' and table_name = '{table}'"
    ).rows
    parts = []
    for column, kind in sorted(columns):
        text = column
        if kind == "timestamp with time zone":
            text = INSTANT[settings.target].format(column=column)
        elif kind in ("double", "double precision"):
            text = DOUBLE[settings.target].format(column=column)
        parts.append(f"'{column}=' || coalesce(cast({text} as text), '\\N')")
    return " || '|' || ".join(parts)


def export_query(settings: Settings, sql: str) -> list[tuple[str, ...]]:
    """Give what a query finds, as plain text."""
    with open_warehouse(settings, read_only=True) as warehouse:
        return _rows(warehouse.query(sql))


def _rows(result: Any) -> list[tuple[str, ...]]:
    order = sorted(range(len(result.columns)), key=lambda position: result.columns[position])
    header = tuple(result.columns[position] for position in order)
    rows = sorted(tuple(_text(row[position]) for position in order) for row in result.rows)
    return [header, *rows]


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, float):
        return f"{value:.9g}"
    return str(value)
