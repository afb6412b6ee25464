"""Reports as tables for a terminal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

from headroom.report.catalog import Report
from headroom.report.check import Difference
from headroom.report.run import Answer, Answers, describe_moment
from headroom.terminal import plain

READABLE_DECIMALS = 3


def print_report(console: Console, report: Report, answers: Answers) -> None:
    """Print a report: a heading, what has to be known of it, then a table an answer."""
    console.rule(f"[bold]{report.title}[/bold]")
    console.print(f"as of {describe_moment(answers.as_of)}", style="dim")
    for note in answers.notes:
        console.print(plain(note), style="dim", highlight=False)
    for answer in answers.answers:
        moment = (
            "" if answer.as_of == answers.as_of else f" (as of {describe_moment(answer.as_of)})"
        )
        console.print()
        # A table's own title is folded to the width of the table.
        console.print(f"[bold]{plain(answer.title)}[/bold]{moment}", highlight=False)
        console.print(answer_table(answer))


def answer_table(answer: Answer) -> Table:
    """Lay out one answer; numbers stand right, and an empty answer says so."""
    return _table(answer.result.columns, answer.result.rows)


def rows_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Lay out rows that know their columns, as `answer_table` does."""
    columns = list(rows[0]) if rows else []
    return _table(columns, [tuple(row.values()) for row in rows])


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, caption=None if rows else "no rows")
    for position, column in enumerate(columns):
        values = [row[position] for row in rows]
        numeric = all(isinstance(value, int | float | Decimal | None) for value in values)
        heading = plain(column.replace("_", " "))
        justify: JustifyMethod = "right" if numeric and values else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    return table


def differences_table(differences: list[Difference]) -> Table:
    """Lay out what a check found: the rows only one side has."""
    table = Table(title="Differences from the published tables", box=box.SIMPLE_HEAD)
    for column in ("analysis", "only in", "row"):
        table.add_column(column, overflow="fold")
    for difference in differences:
        table.add_row(
            difference.question.analysis, difference.side, plain(", ".join(difference.row))
        )
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        # Six decimals of a GB.h are for sums, not for reading.
        decimals = len(str(value).partition(".")[2])
        return f"{value:,.{min(decimals, READABLE_DECIMALS)}f}"
    return plain(str(value))
