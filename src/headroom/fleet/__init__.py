"""The reference fleet: a deterministic history of runs from which the published figures come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from headroom.errors import UsageError
from headroom.fleet.after_fix import add_capped_retries
from headroom.fleet.at_350gb import add_350gb
from headroom.fleet.background import add_background, add_odd_rows
from headroom.fleet.bug_report import add_bug_report
from headroom.fleet.clock import FIX_DAY, LAST_POSSIBLE_DAY, at
from headroom.fleet.definitions import Catalogue
from headroom.fleet.forklift import add_everyday_forklift, add_published_forklift
from headroom.fleet.null_hashes import add_null_hashes
from headroom.fleet.plan import Plan
from headroom.fleet.policy import read_policies
from headroom.fleet.rows import Rows, run_history
from headroom.fleet.schema import TABLES
from headroom.fleet.tables import Fleet
from headroom.fleet.volume import add_volume
from headroom.fleet.write import replace_tables
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

DEFAULT_SEED = 20251217


@dataclass(frozen=True)
class FleetSummary:
    """What was written, and into which database."""

    run_count: int
    definition_count: int
    first_queued_at: datetime
    last_queued_at: datetime
    tables: tuple[str, ...]
    place: str


def make_history(seed: int, until: date) -> Rows:
    """Make the default history up to the end of a UTC day."""
    end = until + timedelta(days=1)
    catalogue, plan = Catalogue(), Plan()
    add_bug_report(plan, catalogue, seed)
    add_volume(plan, catalogue, seed, end)
    add_null_hashes(plan, catalogue, seed, end)
    add_everyday_forklift(plan, catalogue, seed, end)
    add_published_forklift(plan, catalogue, seed)
    add_350gb(plan, catalogue, seed)
    add_background(plan, catalogue, seed, end)
    add_capped_retries(plan, catalogue, seed, end)
    add_odd_rows(plan, catalogue, seed, end)
    return run_history(plan, catalogue, read_policies(), at(end))


def _silent(message: str) -> None:
    """Say nothing."""


def write_fleet(
    settings: Settings,
    *,
    seed: int = DEFAULT_SEED,
    runs: int | None = None,
    until: date = FIX_DAY,
    progress: Callable[[str], None] = _silent,
) -> FleetSummary:
    """Make the reference fleet and write `task`, `task_def` and `fleet_truth`.

    The same seed gives the same tables. `runs` above the default history adds definitions and
    hashes like those in it; `until` continues the history. Raises UsageError for a size or a day
    that cannot be, NotOursError where a table stands that no earlier call made.
    """
    if not FIX_DAY <= until <= LAST_POSSIBLE_DAY:
        raise UsageError(
            f"the fleet cannot end on {until}",
            f"choose a day from {FIX_DAY} to {LAST_POSSIBLE_DAY}",
        )
    progress("simulating the history")
    rows = make_history(seed, until)
    if runs is not None and runs < len(rows):
        raise UsageError(
            f"a fleet of {runs} runs is too small to hold the published figures",
            f"ask for {len(rows)} or more, or leave the number out",
        )
    fleet = Fleet(rows, runs or len(rows), seed, progress)
    with open_warehouse(settings) as warehouse:
        replace_tables(warehouse, settings, fleet.tables())
        place = warehouse.place
    queued = rows.intents.queued
    return FleetSummary(
        run_count=fleet.run_count,
        definition_count=fleet.definition_count,
        first_queued_at=datetime.fromtimestamp(int(queued[0]) / 1e6, UTC),
        last_queued_at=datetime.fromtimestamp(int(queued[-1]) / 1e6, UTC),
        tables=TABLES,
        place=place,
    )
