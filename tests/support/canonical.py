"""Every mart as plain text that is the same whichever engine holds it.

Rows sort by all of their columns, instants are UTC, decimals lose trailing zeros and doubles keep
9 significant digits.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import open_warehouse

INTERMEDIATE_TABLES = ("headroom_intermediate.int_flotilla__hash_commands_daily",)


def export_marts(settings: Settings) -> dict[str, list[tuple[str, ...]]]:
    """Give the rows of every mart, and of the intermediates that are tables."""
    with open_warehouse(settings, read_only=True) as warehouse:
        found = warehouse.query(
            "select table_name from information_schema.tables "
            f"where table_schema = '{MARTS_SCHEMA}' order by table_name"
        )
        names = [f"{MARTS_SCHEMA}.{row[0]}" for row in found.rows] + list(INTERMEDIATE_TABLES)
        return {name: _rows(warehouse.query(f"select * from {name}")) for name in names}


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
