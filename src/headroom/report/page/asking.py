"""The answers of the page: every analysis on the marts, at one snapshot, as of a moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from headroom.diagnosis.access import EVERY_PROJECT, scope_of
from headroom.domains import DOMAINS, Lack, decide
from headroom.errors import WarehouseUnavailableError
from headroom.inventory import read_inventory
from headroom.operations.provenance import read_provenance
from headroom.printable import printable, printable_lines
from headroom.report.compiled import compile_analyses, fill
from headroom.report.page.catalog import FIRST_SCREEN, SECTIONS, Section, every_analysis
from headroom.report.page.cells import Row
from headroom.report.published import is_reference_fleet
from headroom.report.run import describe_moment, end_of_day, query_marts
from headroom.settings import MARTS_SCHEMA, Settings
from headroom.warehouse import Result, Warehouse, open_warehouse

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = "the last build"
UNBUILT = Lack("the marts hold no rows", "`headroom build` fills them from what was loaded")
NO_BUILDS = Lack("no build by `headroom` is recorded", "`headroom run` or `headroom build` is one")


@dataclass(frozen=True)
class Answer:
    """The rows of an analysis, whose texts are printable, with its SQL and its moment."""

    rows: list[Row]
    sql: str
    as_of: str


@dataclass(frozen=True)
class Answers:
    """The content of the page: answers by analysis, missing data by section, and notes."""

    as_of: str | None
    answers: Mapping[str, Answer]
    lacks: Mapping[str, Lack] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def ask_page(settings: Settings, as_of: datetime | None) -> Answers:
    """Ask everything; without `as_of` each domain is shown to the last day that it knows.

    Raises WarehouseUnavailableError where there are no marts at all, or where they cannot answer.
    """
    asked = Asked(as_of, tuple(scope_of(None).names()))
    _require_any_mart(settings)
    compiled = compile_analyses(settings, every_analysis())
    with open_warehouse(settings, read_only=True) as warehouse, warehouse.one_snapshot():
        lacks = _lacks(warehouse, settings, asked)
        answers = {
            name: answer
            for section in SECTIONS
            if section.name not in lacks
            for name, answer in _ask_section(warehouse, section, compiled, asked)
        }
        notes = _notes(warehouse, settings, is_fleet_shown="memory" not in lacks)
    return Answers(describe_moment(as_of) if as_of else None, answers, lacks, notes)


@dataclass(frozen=True)
class Asked:
    """What a user asked for: the moment, None for the last day, and the projects; `*` means all."""

    as_of: datetime | None
    projects: tuple[str, ...]


def _require_any_mart(settings: Settings) -> None:
    with open_warehouse(settings, read_only=True) as warehouse:
        there = warehouse.readable(MARTS_SCHEMA)
        if there.intersection(domain.mart for domain in DOMAINS.values()):
            return
    raise WarehouseUnavailableError("there are no marts yet", "run `headroom build`")


def _lacks(warehouse: Warehouse, settings: Settings, asked: Asked) -> dict[str, Lack]:
    """Say what each section lacks that cannot be shown."""
    there = warehouse.readable(MARTS_SCHEMA)
    plan = decide(read_inventory(warehouse, settings), settings)
    lacks = {}
    for section in SECTIONS:
        mart = f"{MARTS_SCHEMA}.{section.mart}"
        if section.mart in there and warehouse.scalar(f"select exists (select 1 from {mart})"):
            lack = _cannot_narrow(_end_of(warehouse, section), asked)
            if section.is_of_last_days and lack:
                lacks[section.name] = lack
        elif section.domain not in DOMAINS:
            lacks[section.name] = NO_BUILDS
        else:
            lacks[section.name] = plan.lack_of(section.domain) or UNBUILT
    return lacks


def _end_of(warehouse: Warehouse, section: Section) -> datetime:
    """Give the end of the last day of a section's history; of 1970's first where no row says it."""
    last = warehouse.scalar(f"select {section.last_moment}")
    return end_of_day(last or FIRST_MOMENT)


def _cannot_narrow(end: datetime, asked: Asked) -> Lack | None:
    """Say why marts of the last days of all projects cannot be shown, if so."""
    if asked.projects != (EVERY_PROJECT,):
        return Lack(
            "these marts count all projects, and HEADROOM_ALLOWED_PROJECTS allows some",
            "`headroom failures analyze` counts only those",
        )
    if asked.as_of and asked.as_of < end:
        return Lack(
            f"these marts answer for the days that end with {describe_moment(end)}",
            "`headroom failures analyze --as-of` answers for earlier ones",
        )
    return None


def _ask_section(
    warehouse: Warehouse, section: Section, compiled: Mapping[str, str], asked: Asked
) -> Iterator[tuple[str, Answer]]:
    """Ask the figures of a section, and what of the first screen has the same moment."""
    end = _end_of(warehouse, section)
    if asked.as_of and not section.is_of_last_days:
        end = asked.as_of
    values = {"as_of": [end.isoformat()], "failure_projects": list(asked.projects)}
    first = {name: False for name, needed in FIRST_SCREEN.items() if needed is section}
    figures = {figure.analysis: figure.is_latest for figure in section.figures}
    for name, is_latest in (first | figures).items():
        sql = fill(compiled[name], values)
        rows = _rows(query_marts(warehouse, name, sql))
        moment = LATEST if is_latest else describe_moment(end)
        yield name, Answer(rows, printable_lines(sql.strip()), moment)


def _notes(warehouse: Warehouse, settings: Settings, *, is_fleet_shown: bool) -> tuple[str, ...]:
    """Say what a reader has to know of all figures: synthetic runs, and marts that are held."""
    is_reference = is_fleet_shown and is_reference_fleet(warehouse, settings)
    synthetic = ("The runs are the synthetic reference fleet.",) if is_reference else ()
    held = (read_provenance(warehouse, domain).held for domain in DOMAINS)
    return (*synthetic, *(f"{sentence}." for sentences in held for sentence in sentences))


def _rows(result: Result) -> list[Row]:
    """Give the rows of a result by column, with texts that are printable."""
    return [dict(zip(result.columns, map(_safe, row), strict=True)) for row in result.rows]


def _safe(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
