"""Ask the marts about one change: which days, which definition, and what was counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any

from headroom.errors import UsageError
from headroom.inventory import require_marts
from headroom.operations.provenance import read_provenance
from headroom.pull import parse_days
from headroom.report.compiled import compile_analyses, fill
from headroom.report.published import is_reference_fleet
from headroom.report.run import end_of_history, query_marts
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

ANALYSES = ("effect_changes", "effect_compared", "effect_days", "effect_placebos")
SIDES = ("before", "after")
MOST_DAYS = 3650
Row = Mapping[str, Any]
Cohort = tuple[str, str]


@dataclass(frozen=True)
class EffectRequest:
    """What a user asks: None is the last change, the definition with most elevated runs, all days.

    `before` and `after` are a number of days or FROM..UNTIL.
    """

    change: str | None = None
    definition: str | None = None
    before: str | None = None
    after: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Found:
    """What the marts say of a change.

    `compared` has a row for each cohort and outcome; `days` and `placebos` belong to these by kind
    of cohort and outcome.
    """

    as_of: datetime
    change: Row
    definition: str | None
    compared: list[Row]
    days: dict[Cohort, list[Row]]
    placebos: dict[Cohort, list[float]]
    notes: tuple[str, ...] = field(default=())


def ask_effect(settings: Settings, request: EffectRequest) -> Found:
    """Ask about a change.

    Raises UsageError for a change, a definition or days that cannot be compared, and
    WarehouseUnavailableError where there are no marts.
    """
    windows = {
        name: [text]
        for side in SIDES
        for name, text in window_values(side, getattr(request, side)).items()
    }
    require_marts(settings, "flotilla")
    compiled = compile_analyses(settings, ANALYSES)
    with open_warehouse(settings, read_only=True) as warehouse:
        as_of = request.as_of or end_of_history(warehouse)
        values = {**windows, "as_of": [as_of.isoformat()]}
        values |= {"effect_change": [""], "definition": [""]}

        def ask(name: str) -> list[Row]:
            return _rows(warehouse, name, fill(compiled[name], values))

        change = choose_change(ask("effect_changes"), request.change)
        require_days(change)
        definition = request.definition or change["most_elevated"]
        values |= {"effect_change": [change["change"]], "definition": [definition or ""]}
        compared = ask("effect_compared")
        if request.definition and not any(row["cohort_kind"] == "definition" for row in compared):
            raise _unknown_definition(warehouse, request.definition)
        days: dict[Cohort, list[Row]] = {}
        for row in ask("effect_days"):
            days.setdefault((row["cohort_kind"], row["outcome"]), []).append(row)
        placebos: dict[Cohort, list[float]] = {}
        for row in ask("effect_placebos"):
            placebos.setdefault((row["cohort_kind"], row["outcome"]), []).append(row["difference"])
        notes = read_provenance(warehouse, "flotilla").sentences()
        if is_reference_fleet(warehouse, settings):
            notes = ("The data are the synthetic reference fleet.", *notes)
        return Found(as_of, change, definition, compared, days, placebos, notes)


def window_values(side: str, text: str | None) -> dict[str, str]:
    """Give the vars that --before or --after stand for; raise UsageError for any other text."""
    values = {f"effect_{side}_{part}": "" for part in ("days", "from", "until")}
    if text is None:
        return values
    if text.isdecimal() and text.isascii():
        if not 1 <= int(text) <= MOST_DAYS:
            raise UsageError(
                f"--{side} {text} is not a number of days to compare",
                f"give 1 to {MOST_DAYS:,} days, or FROM..UNTIL",
            )
        return values | {f"effect_{side}_days": text}
    if ".." not in text:
        raise UsageError(
            f"--{side} {text!r} is neither a number of days nor a range of days",
            f"write --{side} 14, or --{side} 2025-12-01..2025-12-14",
        )
    first, last = parse_days(text)
    return values | {
        f"effect_{side}_from": first.isoformat(),
        f"effect_{side}_until": last.isoformat(),
    }


def choose_change(changes: list[Row], name: str | None) -> Row:
    """Give the change of a name, or the last one with a day after it; raise UsageError without."""
    known = ", ".join(row["change"] for row in changes)
    if name is None:
        compared = [row for row in changes if row["after_until"] and row["before_until"]]
        if compared:
            return compared[-1]
        raise UsageError(
            "no change has whole days with runs before and after it",
            f"known changes: {known or 'the seed `deployments` has no row of this environment'}",
        )
    for row in changes:
        if row["change"] == name:
            return row
    raise UsageError(
        f"no change is called {name!r}",
        f"known changes, of the seeds deployments and ara_policy_versions: {known}",
    )


def require_days(change: Row) -> None:
    """Raise UsageError where a change has no days on one side, or these lie on the wrong side."""
    name, begins = change["change"], change["begins_at"].astimezone(UTC)
    effect = change["in_effect_at"]
    if not change["after_until"]:
        moment = effect and f"from {effect.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        raise UsageError(
            f"{name} was in effect {moment or 'at no moment that is known'}: "
            "no whole day after it is known by then",
            "ask again when a whole day is over, give days with --after, or another --change",
        )
    if not change["before_until"] or change["before_until"] < change["before_from"]:
        raise UsageError(
            f"no day before {name}, which began {begins:%Y-%m-%d %H:%M} UTC, can be compared",
            "give days with --before FROM..UNTIL, or another --change",
        )
    if change["before_until"] > begins.date() or change["after_from"] < begins.date():
        raise UsageError(
            f"{_days(change, 'before')} and {_days(change, 'after')} do not lie on the two sides of"
            f" {name}, which began {begins:%Y-%m-%d %H:%M} UTC",
            "give days before it with --before, and days after it with --after",
        )


def _days(change: Row, side: str) -> str:
    first: date = change[f"{side}_from"]
    last: date = change[f"{side}_until"]
    return f"{first}..{last}"


def _unknown_definition(warehouse: Warehouse, definition: str) -> UsageError:
    found = warehouse.query(
        "select distinct cohort from headroom_intermediate.int_effects__outcomes_daily"
    )
    near = get_close_matches(definition, [row[0] for row in found.rows], n=3)
    hint = f"near it: {', '.join(near)}" if near else "flotilla__runs.definition_alias has them"
    return UsageError(
        f"no run of a definition with the alias {definition!r} was queued on the days compared",
        hint,
    )


def _rows(warehouse: Warehouse, name: str, sql: str) -> list[Row]:
    result = query_marts(warehouse, name, sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]
