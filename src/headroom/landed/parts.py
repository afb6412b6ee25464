"""Parts: what writes landed rows marks the parts that it changed, in its own transaction.

A part is what models make again (docs/decisions/0035): a build, a calibration, a day. The numbers
of a kind rise, and a model that is made up to one of them makes those above it in the next build.
"""

from headroom.landed.contract import LandedTable
from headroom.operations import SCHEMA

MARKS = f"{SCHEMA}.changed_parts"


def part_sql(table: LandedTable, alias: str) -> str:
    """Give the part of a row as text: the value of the part column, of an instant its UTC day."""
    column = f"{alias}.{table.part_column}"
    if table.columns[table.part_column or ""] == "timestamptz":
        column = f"cast({column} at time zone 'UTC' as date)"
    return f"cast({column} as text)"


def mark_sql(table: LandedTable, touched: str) -> str:
    """Mark the parts of rows; `touched` is a query that gives them in the column `part`."""
    if table.part_kind is None:
        return ""
    number = (
        f"(select coalesce(max(change_number), 0) + 1 from {MARKS}"
        f" where part_kind = '{table.part_kind}')"
    )
    return (
        f"insert into {MARKS} (part_kind, part, change_number, reason)"
        f" select distinct '{table.part_kind}', part, {number}, '{table.name}'"
        f" from ({touched}) as touched"
    )


def touched_sql(table: LandedTable, rows: str) -> str:
    """Give the parts that rows touch which came or went; `rows` follows a FROM, alias `touching`.

    An event without a time counts only while no event with a time says the same: parts of such
    ones are touched as well.
    """
    if table.part_kind is None:
        return ""
    parts = f"select {part_sql(table, 'touching')} as part from {rows}"
    if table.event_key is None or table.event_key.time is None:
        return parts
    time = table.event_key.time
    return (
        f"{parts} union select {part_sql(table, 'untimed')} from {table.relation} as untimed"
        f" where untimed.{time} is null and {table.event_key.said_sql('untimed')} in"
        f" (select {table.event_key.said_sql('touching')} from {rows})"
    )
