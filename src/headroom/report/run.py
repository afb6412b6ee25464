"""Run a report's analyses on the marts as of a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import psycopg

from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.inventory import require_marts
from headroom.operations.provenance import read_provenance
from headroom.report.catalog import Question, Report
from headroom.report.compiled import compile_analyses, fill
from headroom.report.published import is_reference_fleet
from headroom.report.subject import ABOUT, Request, Subject
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Result, Warehouse, open_warehouse


@dataclass(frozen=True)
class Answer:
    """A question of a report with its title, the moment it was asked for, and the rows it got."""

    question: Question
    title: str
    as_of: datetime
    result: Result


@dataclass(frozen=True)
class Answers:
    """A report's answers as of a moment, and notes for the reader."""

    as_of: datetime
    answers: list[Answer]
    notes: tuple[str, ...]


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


def run_report(settings: Settings, report: Report, request: Request | None = None) -> Answers:
    """Answer every question of a report that these data can be asked.

    Where the data are the reference fleet and the moment is the report's published one, a question
    that was published at another is asked at that. Raises WarehouseUnavailableError where there are
    no marts yet, and UsageError for a definition or a run that the marts do not have, or where the
    figures must be the published ones and the data are a user's.
    """
    require_marts(settings, "flotilla")
    request = request or Request()
    names = [question.analysis for question in report.questions]
    compiled = compile_analyses(settings, [*filter(None, [report.subject]), *names])
    with open_warehouse(settings, read_only=True) as warehouse:
        is_reference = is_reference_fleet(warehouse, settings)
        if request.must_be_published and not is_reference:
            raise UsageError(
                "--check compares with the published tables, whose figures hold in the reference "
                f"fleet alone, and schema {settings.source_schema} holds other data",
                "leave out --check",
            )
        as_of = request.as_of or end_of_history(warehouse)
        values = request.values(as_of, is_reference=is_reference)
        subject = Subject()
        if report.subject:
            found = query_marts(warehouse, report.subject, fill(compiled[report.subject], values))
            row = dict(zip(found.columns, found.rows[0], strict=True))
            subject = ABOUT[report.subject](row, request, is_reference=is_reference)
        answers = []
        for question in report.questions:
            if question.about in subject.missing or (question.is_erratum and not is_reference):
                continue
            asked_at = as_of
            if is_reference and report.published_at == as_of and question.published_at:
                asked_at = question.published_at
            filled = {**values, **subject.values, "as_of": [asked_at.isoformat()]}
            sql = fill(compiled[question.analysis], filled)
            result = query_marts(warehouse, question.analysis, sql)
            title = question.title.format_map(subject.titles)
            answers.append(Answer(question, title, asked_at, result))
        made = read_provenance(warehouse, "flotilla").sentences()
    notes = ("The data are the synthetic reference fleet.",) if is_reference else ()
    return Answers(as_of, answers, made + notes + subject.notes)


def query_marts(warehouse: Warehouse, analysis: str, sql: str) -> Result:
    """Run an analysis; raise WarehouseUnavailableError where the marts cannot answer it."""
    try:
        return warehouse.query(sql)
    except (duckdb.Error, psycopg.Error) as error:
        raise WarehouseUnavailableError(
            f"{analysis} cannot be answered: {str(error).splitlines()[0]}",
            "run `headroom build`: the marts may be of an older version, or unfinished; "
            "`headroom doctor` says whether a table is missing",
        ) from error


def end_of_history(warehouse: Warehouse) -> datetime:
    """Give the end of the last UTC day on which a run was queued; of 1970's first without runs."""
    last = warehouse.scalar(f"select max(queued_at) from {MARTS_SCHEMA}.flotilla__runs")
    return end_of_day(last or datetime(1970, 1, 1, tzinfo=UTC))


def end_of_day(moment: datetime) -> datetime:
    """Give the end of the UTC day that a moment lies in."""
    day = moment.astimezone(UTC).date()
    return datetime.combine(day + timedelta(days=1), time(), UTC)
