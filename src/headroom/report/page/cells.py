"""Values as a reader sees them: one way to write each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from headroom.written import probability

Row = Mapping[str, Any]
Rows = Sequence[Row]
NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and the value that a table is sorted by."""

    text: str
    order: str
    kind: str


@dataclass(frozen=True)
class Column:
    """A column of a table: the name in the rows, its heading, and how its values are written.

    `kind` is a class of the style sheet: a number, a moment or words.
    """

    name: str
    heading: str
    write: Callable[[Any], str]
    kind: str = "number"

    def cell(self, row: Row) -> Cell:
        """Write the value of a row."""
        value = row[self.name]
        shown = NOTHING if value is None else self.write(value)
        return Cell(shown, _order(value), self.kind)


def _order(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return str(value.timestamp() if isinstance(value, datetime) else value)


def number(value: Any) -> str:
    """Write a count, or an amount with as many decimals as can be read."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def share(value: Any) -> str:
    """Write a share as a percentage; a small one with two decimals."""
    return f"{100 * value:.2f}%" if 0 < value < Decimal("0.01") else f"{100 * value:.1f}%"


def memory(value: int) -> str:
    """Write decimal megabytes, as Flotilla gives them."""
    return f"{value / 1000:,.4g} GB" if value >= 1000 else f"{value:,} MB"


def moment(value: datetime | date) -> str:
    """Write a day, or a moment in UTC to the minute."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return value.isoformat()


def yes_no(value: bool) -> str:
    """Write a flag; no is silent, so that yes can be seen."""
    return "yes" if value else ""


def points(value: float) -> str:
    """Write a difference of shares."""
    return f"{100 * value:+.1f} points"


def text(name: str, heading: str) -> Column:
    """Give a column of names or sentences."""
    return Column(name, heading, str, "words")


def count(name: str, heading: str) -> Column:
    """Give a column of counts or amounts."""
    return Column(name, heading, number)


def percent(name: str, heading: str) -> Column:
    """Give a column of shares."""
    return Column(name, heading, share)


def chance(name: str, heading: str) -> Column:
    """Give a column of p or q values."""
    return Column(name, heading, probability)


def digest(name: str, heading: str) -> Column:
    """Give a column of hashes, which may break anywhere."""
    return Column(name, heading, str, "digest")


def when(name: str, heading: str) -> Column:
    """Give a column of days or moments."""
    return Column(name, heading, moment, "moment")


def flag(name: str, heading: str) -> Column:
    """Give a column of flags."""
    return Column(name, heading, yes_no, "words")
