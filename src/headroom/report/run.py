"""Run a report's analyses on the marts as of a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import psycopg

from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.report.catalog import Question, Report
from headroom.report.compiled import at_moment, compile_analyses
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Result, Warehouse, open_warehouse


@dataclass(frozen=True)
class Answer:
    """A question of a report, the moment it was asked for, and the rows it got."""

    question: Question
    as_of: datetime
    result: Result


def parse_as_of(text: str) -> datetime:
    """Read --as-of: a date means to the end of that UTC day, a timestamp cuts within its day.

    A timestamp without a zone is UTC. Raises UsageError for anything else.
    """
    try:
        if len(text) == len("2025-12-17"):
            day = date.fromisoformat(text)
            return datetime.combine(day + timedelta(days=1), time(), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--as-of {text!r} is neither a date nor a timestamp",
            "write 2025-12-17 or 2025-12-17T15:00:00Z",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def describe_moment(as_of: datetime) -> str:
    """Say a moment as a person would: the end of a day is the day."""
    moment = as_of.astimezone(UTC)
    if moment.time() == time():
        return f"{moment.date() - timedelta(days=1)}, end of day UTC"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def run_report(settings: Settings, report: Report, as_of: datetime | None) -> list[Answer]:
    """Answer every question of a report.

    Without `as_of` the last day of history ends it. Where `as_of` is the report's published moment,
    a question that was published at another one is asked at that. Raises WarehouseUnavailableError
    where there are no marts yet.
    """
    compiled = compile_analyses(settings, [question.analysis for question in report.questions])
    with open_warehouse(settings, read_only=True) as warehouse:
        _require_marts(warehouse)
        moment = as_of or _end_of_history(warehouse)
        answers = []
        for question in report.questions:
            asked_at = moment
            if report.published_at == moment and question.published_at:
                asked_at = question.published_at
            sql = at_moment(compiled[question.analysis], asked_at)
            result = query_marts(warehouse, question.analysis, sql)
            answers.append(Answer(question, asked_at, result))
        return answers


def query_marts(warehouse: Warehouse, analysis: str, sql: str) -> Result:
    """Run an analysis; raise WarehouseUnavailableError where the marts cannot answer it."""
    try:
        return warehouse.query(sql)
    except (duckdb.Error, psycopg.Error) as error:
        raise WarehouseUnavailableError(
            f"{analysis} cannot be answered: {str(error).splitlines()[0]}",
            "run `headroom build`: the marts may be of an older version, or unfinished",
        ) from error


def _require_marts(warehouse: Warehouse) -> None:
    if "flotilla__runs" not in warehouse.readable(MARTS_SCHEMA):
        raise WarehouseUnavailableError("there are no marts yet", "run `headroom build`")


def _end_of_history(warehouse: Warehouse) -> datetime:
    """Give the end of the last UTC day on which a run was queued; of 1970's first without runs."""
    last = warehouse.scalar(f"select max(queued_at) from {MARTS_SCHEMA}.flotilla__runs")
    day = last.astimezone(UTC).date() if last else date(1970, 1, 1)
    return datetime.combine(day + timedelta(days=1), time(), UTC)
