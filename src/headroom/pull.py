"""What is asked of the pull of Flotilla's tables, and what the last one found.

The pull itself is dbt's (`models/staging/flotilla/base_flotilla__task_pulled.sql`), so that plain
`dbt build` does the same; a wish stays in the warehouse until a pull has fulfilled it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from headroom.errors import BuildFailedError, SourceRejectedError, UsageError
from headroom.operations import SCHEMA as OPERATIONS
from headroom.operations import create_sql
from headroom.report.compiled import compile_analyses
from headroom.report.run import query_marts
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse
from headroom.written import counted

REFUSED = re.compile(r"the source was refused: (?P<what>.*?)(?=\n\s*\n|\n\s*>|$)", re.DOTALL)
_LAST = """
    select
        pull_number, is_whole, rows_read, new_runs, changed_runs, deleted_runs, quarantined_runs,
        rows_without_key, lost_commands,
        (
            select cast(max(newest_queued_at) at time zone 'UTC' as text)
            from headroom_operations.pulls
        ),
        cast(scrubbed_from at time zone 'UTC' as text),
        cast(scrubbed_until at time zone 'UTC' as text)
    from headroom_operations.pulls
    order by pull_number desc
    limit 1
"""
AUDIT = "audit_runs"
# As many as the analysis gives.
MOST_SHOWN = 100
COUNTS = (
    "number",
    "is_whole",
    "rows_read",
    "new",
    "changed",
    "deleted",
    "quarantined_count",
    "rows_without_key",
    "lost_commands",
    "newest_queued_at",
)
# Days of the scrub, in the order in which the next builds compare them.
_OLDER_DAYS = """
    select days.run_count
    from headroom_staging.pulled_days as days
    cross join (
        select
            cast(settled_before at time zone 'UTC' as date) as lookback_from,
            cast(coalesce(scrubbed_until, settled_before) at time zone 'UTC' as date) as next_day
        from headroom_operations.pulls
        order by pull_number desc
        limit 1
    ) as last_pull
    where days.queued_day < last_pull.lookback_from
    order by days.queued_day < last_pull.next_day, days.queued_day
"""
_BUDGET = """
    select cast(limit_value as bigint)
    from headroom_reference.pull_limits
    where pull_limit = 'scrub_rows'
"""


@dataclass(frozen=True)
class PullRequest:
    """What somebody asks of the next pull.

    Compare everything (`is_whole`), believe that days lost runs (`accepted`), compare days and make
    them again, whatever is found (`again`).
    """

    is_whole: bool = False
    accepted: tuple[date, date] | None = None
    again: tuple[date, date] | None = None


@dataclass(frozen=True)
class HeldDay:
    """A day from which rows are missing in the source that were not believed to be deleted."""

    day: date | None
    known: int
    missing: int

    def __str__(self) -> str:
        """Say it in a message."""
        return f"{self.day or 'runs never queued'}: {self.missing:,} of {self.known:,} missing"


@dataclass(frozen=True)
class Pull:
    """What the last pull found.

    `newest_queued_at` is that of the newest run that was ever pulled: how fresh the source is.
    `builds_a_round` are the builds in which all older days are compared once. `quarantined` are
    rows that cannot be used, each with its reason.
    """

    number: int
    is_whole: bool
    rows_read: int
    new: int
    changed: int
    deleted: int
    quarantined_count: int
    rows_without_key: int
    lost_commands: int
    newest_queued_at: str | None
    scrubbed: tuple[str, str] | None
    builds_a_round: int
    held: tuple[HeldDay, ...]
    quarantined: tuple[tuple[str, str], ...]


def parse_days(text: str) -> tuple[date, date]:
    """Read FROM..UNTIL, or one day; raise UsageError for anything else."""
    first, _, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a range of days", "write two days, such as 2025-11-01..2025-11-03"
        ) from error
    if days[1] < days[0]:
        raise UsageError(f"{text!r} ends before it begins", "write the earlier day first")
    return days


def ask(settings: Settings, request: PullRequest) -> None:
    """Leave a wish for the next pull; a wish that was not fulfilled yet is replaced."""
    if request == PullRequest():
        return
    nothing = (None, None)
    days = ", ".join(
        f"date '{day}'" if day else "cast(null as date)"
        for day in (*(request.accepted or nothing), *(request.again or nothing))
    )
    statements = [
        *create_sql("pull_requests"),
        *create_sql("changed_parts"),
        *create_sql("pulls"),
        f"delete from {OPERATIONS}.pull_requests",
        f"insert into {OPERATIONS}.pull_requests"
        " (is_whole, accept_from, accept_until, again_from, again_until)"
        f" values ({'true' if request.is_whole else 'false'}, {days})",
    ]
    statements += [_mark(day) for day in days_of(request.again)]
    with open_warehouse(settings) as warehouse:
        warehouse.execute("; ".join(statements))


def months_of(span: tuple[date, date]) -> list[tuple[date, date]]:
    """Cut a span of days at the months' ends."""
    months, first = [], span[0]
    while first <= span[1]:
        next_month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append((first, min(next_month - timedelta(days=1), span[1])))
        first = next_month
    return months


def days_of(span: tuple[date, date] | None) -> list[date]:
    """Give each day of a span, both ends included; no day for None."""
    if span is None:
        return []
    return [span[0] + timedelta(days=number) for number in range((span[1] - span[0]).days + 1)]


def _mark(day: date) -> str:
    """Mark a day as changed, with the number that the next pull will have."""
    return (
        f"insert into {OPERATIONS}.changed_parts (part_kind, part, change_number, reason)"
        f" select 'runs', '{day}', coalesce(max(pull_number), 0) + 1, 'asked'"
        f" from {OPERATIONS}.pulls"
    )


def read_last_pull(settings: Settings) -> Pull | None:
    """Give the result of the last pull; None before the first."""
    with open_warehouse(settings, read_only=True) as warehouse:
        if "pulls" not in warehouse.readable(OPERATIONS):
            return None
        rows = warehouse.query(_LAST).rows
        return _pull(warehouse, rows[0]) if rows else None


def _pull(warehouse: Warehouse, row: tuple[object, ...]) -> Pull:
    *counts, start, end = row
    counted: dict[str, Any] = dict(zip(COUNTS, counts, strict=True))
    older, budget = warehouse.query(_OLDER_DAYS).rows, int(warehouse.scalar(_BUDGET))
    held = warehouse.query(
        "select queued_day, known_runs, missing_runs from headroom_operations.held_days order by 1"
    ).rows
    quarantined = warehouse.query(
        "select run_id, reason from headroom_operations.quarantined_runs order by 1 limit 5"
    ).rows
    return Pull(
        **counted,
        scrubbed=(str(start), str(end)) if end else None,
        builds_a_round=slices([rows for (rows,) in older], budget),
        held=tuple(HeldDay(*day) for day in held),
        quarantined=tuple((str(run), str(reason)) for run, reason in quarantined),
    )


def slices(days: Iterable[int], budget: int) -> int:
    """Count the builds that compare so many rows of days, each of whole days within the budget."""
    count, taken = 0, budget
    for rows in days:
        taken += rows
        if taken > budget:
            count, taken = count + 1, rows
    return count


def _days_scrubbed(begins: str, ends: str) -> str:
    """Name the older days that were compared; behind the last of them the first day follows."""
    until = f"before {ends[:10]}"
    if begins == "-infinity":
        return f"days from the first day to {until}"
    if begins < ends:
        return f"days from {begins[:10]} to {until}"
    return f"older days from {begins[:10]} on, and days from the first day to {until},"


def sentences(pull: Pull) -> list[str]:
    """Describe the result of a pull, a fact a line."""
    compared = "all of the source" if pull.is_whole else f"{pull.rows_read:,} rows of the source"
    told = [
        f"Pulled: {pull.new:,} new runs, {pull.changed:,} changed, {pull.deleted:,} deleted;"
        f" {compared} compared"
    ]
    if pull.newest_queued_at:
        told.append(f"The newest run was queued {pull.newest_queued_at[:16]} UTC")
    if pull.scrubbed:
        told.append(
            f"Scrub: {_days_scrubbed(*pull.scrubbed)} were compared; a full"
            f" round takes {counted(max(pull.builds_a_round, 1), 'build')}"
            " (`headroom build --scrub all`: at once)"
        )
    if pull.quarantined_count:
        runs = "; ".join(f"{run}: {reason}" for run, reason in pull.quarantined)
        told.append(
            f"Set aside: {counted(pull.quarantined_count, 'row')} that cannot be used ({runs});"
            " headroom_operations.quarantined_runs has all; they are read again once they are"
            " correct"
        )
    if pull.rows_without_key:
        told.append(f"Not read: {counted(pull.rows_without_key, 'row')} of task without a run_id")
    if pull.lost_commands:
        told.append(
            f"Masks changed: the words of {counted(pull.lost_commands, 'command')} that the"
            " source no longer has are NULL now"
        )
    return told


def require_nothing_held(pull: Pull) -> None:
    """Raise SourceRejectedError where the source lacks rows of a day that nobody accepted."""
    if not pull.held:
        return
    days = "\n".join(f"  {day}" for day in pull.held[:20])
    # Runs that were never queued have no day: accepting any day accepts them too.
    known = [day.day for day in pull.held if day.day] or [datetime.now(UTC).date()]
    span = f"{min(known)}..{max(known)}"
    raise SourceRejectedError(
        "rows that were there before are missing in the source, of"
        f" {counted(len(pull.held), 'day')}; these stay as they were, the others are built",
        f"{days}\nIf the rows came back, build again. If they were deleted on purpose: "
        f"headroom build --accept-deletes {span}",
    )


def refusal(errors: list[str]) -> SourceRejectedError | None:
    """Give the error of a pull that refused the source; None where no node says so."""
    for error in errors:
        if found := REFUSED.search(error):
            what, _, remedy = " ".join(found["what"].split()).partition(": ")
            return SourceRejectedError(f"the source was refused: {what}", remedy)
    return None


def audit(settings: Settings) -> None:
    """Compare all of what was pulled with `flotilla__runs`; raise BuildFailedError on a difference.

    A whole pull (PullRequest) of the same build has compared the source with what was pulled.
    """
    (sql,) = compile_analyses(settings, [AUDIT]).values()
    with open_warehouse(settings, read_only=True) as warehouse:
        runs = query_marts(warehouse, AUDIT, sql).rows
    if runs:
        days = sorted({str(day or mart_day or "never queued") for _, day, mart_day in runs})
        raise BuildFailedError(
            f"the audit found {counted(len(runs), 'wrong run')} in flotilla__runs"
            f"{', and stopped there' if len(runs) == MOST_SHOWN else ''}",
            f"such as {runs[0][0]}; days: {', '.join(days[:20])}\n"
            "headroom build --full-refresh makes them right; please report how this came about",
        )
