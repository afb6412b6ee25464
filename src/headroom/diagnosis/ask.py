"""The analyses of failures: compiled by dbt once, with the window, projects and type left open.

What a user gives reaches the SQL only as a literal that Python has escaped, in the place of a
token that stands in quotes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from headroom.diagnosis.access import Scope
from headroom.errors import UsageError
from headroom.report.compiled import compile_analyses, fill
from headroom.report.run import query_marts
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
# The days that failure_patterns can name.
MAX_LOOKBACK_DAYS = 1000
Row = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """The span that an answer is about: failures from `start` until before `end`.

    `is_known` is False where the scope knows of no moment that it could end with.
    """

    start: datetime
    end: datetime
    lookback_days: int
    is_known: bool = True


@dataclass(frozen=True)
class Inquiry:
    """What is asked for; `until` None means to the end of the last day that the scope knows.

    Raises UsageError for a number that makes no window and no pattern.
    """

    scope: Scope
    lookback_days: int
    until: datetime | None = None
    pattern_threshold: int = 3
    failure_type: str = ""
    job_name: str = ""

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if not 1 <= self.lookback_days <= MAX_LOOKBACK_DAYS:
            raise UsageError(
                f"--lookback-days {self.lookback_days} is not a window",
                f"give a number of days from 1 to {MAX_LOOKBACK_DAYS}",
            )
        if self.pattern_threshold < 1:
            raise UsageError(
                f"--threshold {self.pattern_threshold} is not a number of failures",
                "a pattern has at least 1 failure; the published rule asks for 3",
            )


def compile_for_failures(settings: Settings, names: list[str]) -> dict[str, str]:
    """Compile analyses, and the one that finds the end of the window."""
    return compile_analyses(settings, ["failures_last_moment", *names])


def ask(
    settings: Settings, compiled: Mapping[str, str], inquiry: Inquiry
) -> tuple[Window, dict[str, list[Row]]]:
    """Answer the compiled analyses; give the window and the rows of each analysis.

    Raises WarehouseUnavailableError where there are no marts yet.
    """
    with open_warehouse(settings, read_only=True) as warehouse:
        window = _window(warehouse, compiled["failures_last_moment"], inquiry)
        found = {
            name: _rows(warehouse, name, fill(sql, _values(inquiry, window)))
            for name, sql in compiled.items()
            if name != "failures_last_moment"
        }
    return window, found


def _window(warehouse: Warehouse, sql: str, inquiry: Inquiry) -> Window:
    end, is_known = inquiry.until, True
    if end is None:
        values = {"failure_projects": inquiry.scope.names()}
        rows = _rows(warehouse, "failures_last_moment", fill(sql, values))
        is_known = rows[0]["last_moment"] is not None
        last = rows[0]["last_moment"] if is_known else FIRST_MOMENT
        day = last.astimezone(UTC).date() + timedelta(days=1)
        end = datetime.combine(day, time(), UTC)
    try:
        start = end - timedelta(days=inquiry.lookback_days)
    except OverflowError as error:
        raise UsageError("the window begins before the year 1", "look back fewer days") from error
    return Window(start, end, inquiry.lookback_days, is_known)


def _values(inquiry: Inquiry, window: Window) -> dict[str, list[str]]:
    return {
        "failure_projects": inquiry.scope.names(),
        "failures_from": [window.start.astimezone(UTC).isoformat()],
        "failures_until": [window.end.astimezone(UTC).isoformat()],
        "failure_lookback_days": [str(window.lookback_days)],
        "failure_pattern_threshold": [str(inquiry.pattern_threshold)],
        "failure_type": [inquiry.failure_type],
        "job_name": [inquiry.job_name],
    }


def _rows(warehouse: Warehouse, name: str, sql: str) -> list[Row]:
    result = query_marts(warehouse, name, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]
