"""Synthetic fleets: the reference fleet with its published figures, and one that grows in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from headroom.errors import UsageError
from headroom.fleet.after_fix import add_capped_retries
from headroom.fleet.at_350gb import add_350gb
from headroom.fleet.background import add_background, add_odd_rows
from headroom.fleet.clock import FIX_DAY, LAST_POSSIBLE_DAY, at
from headroom.fleet.daily import MOST_DAYS, daily_tables
from headroom.fleet.definitions import Catalogue
from headroom.fleet.forklift import add_everyday_forklift, add_published_forklift
from headroom.fleet.lives import Lives
from headroom.fleet.null_hashes import add_null_hashes
from headroom.fleet.plan import Plan
from headroom.fleet.policy import read_policies
from headroom.fleet.rows import Rows, run_history
from headroom.fleet.schema import DAILY_MARKER, MARKER, TABLES
from headroom.fleet.shared_hashes import add_shared_hashes
from headroom.fleet.tables import silent, tables_of
from headroom.fleet.volume import add_volume
from headroom.fleet.write import replace_tables
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

DEFAULT_SEED = 20251217
DEFAULT_UNTIL = FIX_DAY


@dataclass(frozen=True)
class FleetSummary:
    """The tables that were written, and their database."""

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
    add_shared_hashes(plan, catalogue, seed)
    add_volume(plan, catalogue, seed, end)
    add_null_hashes(plan, catalogue, seed, end)
    add_everyday_forklift(plan, catalogue, seed, end)
    add_published_forklift(plan, catalogue, seed)
    add_350gb(plan, catalogue, seed)
    add_background(plan, catalogue, seed, end)
    add_capped_retries(plan, catalogue, seed, end)
    add_odd_rows(plan, catalogue, seed, end)
    return run_history(plan, catalogue, read_policies(), at(end))


def write_fleet(
    settings: Settings,
    *,
    seed: int = DEFAULT_SEED,
    days: int | None = None,
    until: date = DEFAULT_UNTIL,
    progress: Callable[[str], None] = silent,
) -> FleetSummary:
    """Make a fleet and write `task`, `task_def` and `fleet_truth`.

    The same seed gives the same tables. Without `days` it is the reference fleet, which `until`
    continues; with `days` it is a fleet of the published daily volume, so many days up to `until`.
    Raises UsageError for a size or a day that cannot be, NotOursError where a table stands that no
    earlier call made.
    """
    if not FIX_DAY <= until <= LAST_POSSIBLE_DAY:
        raise UsageError(
            f"the fleet cannot end on {until}",
            f"choose a day from {FIX_DAY} to {LAST_POSSIBLE_DAY}",
        )
    if days is None:
        progress("simulating the history")
        tables = tables_of(make_history(seed, until), progress)
    elif 1 <= days <= MOST_DAYS:
        lives = Lives(settings.target, seed, read_policies())
        tables = daily_tables(lives, days, until, progress)
    else:
        raise UsageError(
            f"a fleet cannot have {days:,} days", f"choose a number from 1 to {MOST_DAYS:,}"
        )
    with open_warehouse(settings) as warehouse:
        replace_tables(warehouse, settings, tables, DAILY_MARKER if days else MARKER)
        return _summary(warehouse, settings)


def _summary(warehouse: Warehouse, settings: Settings) -> FleetSummary:
    place = settings.source_schema
    ((count, first, last),) = warehouse.query(
        f'select count(*), min(queued_at), max(queued_at) from "{place}"."task"'
    ).rows
    return FleetSummary(
        run_count=count,
        definition_count=warehouse.scalar(f'select count(*) from "{place}"."task_def"'),
        first_queued_at=first,
        last_queued_at=last,
        tables=TABLES,
        place=warehouse.place,
    )
