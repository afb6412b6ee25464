"""The published figures, read from the expected tables that the reports are checked against."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files


def published(table: str) -> list[dict[str, str]]:
    """Read one expected table, a dictionary a row."""
    text = (files("headroom") / "report" / "expected" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def by_day(table: str) -> Iterator[tuple[date, dict[str, str]]]:
    """Read one expected table whose rows are of a day."""
    for row in published(table):
        yield date.fromisoformat(row["run_date"]), row
