"""Compare Flotilla's tables with what is known of them, without dbt: for a build with nothing new.

The pull keeps the SQL of the next comparison in the warehouse (`macros/pull/keep_comparison.sql`),
so that both compare the same. Here it runs in one snapshot. Whatever is not as it was is left to
the pull, which judges and writes it.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg

from headroom.warehouse import Warehouse

STATEMENTS = {
    "source_moments",
    "source_rows",
    "run_differences",
    "definitions",
    "definition_differences",
}
# Kept where the source is on a server beside the warehouse: what is compared is fetched first.
FETCH = "fetch"
_SETTLED_BEFORE = """
    select cast(settled_before at time zone 'UTC' as text) || 'Z'
    from headroom_operations.pulls
    order by pull_number desc
    limit 1
"""
_SLICE = """
    select starts_at, ends_at, first_until, second_until
    from headroom_staging.base_flotilla__scrub_next
"""
_WAITING = """
    select
        (select count(*) from headroom_operations.pull_requests)
        + (select count(*) from headroom_operations.held_days)
"""
_QUARANTINED = "select count(*) from headroom_operations.quarantined_runs"
_RECORD = """
    insert into headroom_operations.pulls (
        pull_number, pulled_at, settled_before, scrubbed_from, scrubbed_until, is_whole, rows_read,
        new_runs, changed_runs, deleted_runs, held_runs, quarantined_runs, rows_without_key,
        lost_commands, masks_md5, reporting_timezone, code_md5
    )
    select
        pull_number + 1, current_timestamp, settled_before, timestamptz '{starts_at}',
        timestamptz '{ends_at}', false, {rows}, 0, 0, 0, 0, {quarantined}, {without_key}, 0,
        masks_md5, reporting_timezone, code_md5
    from headroom_operations.pulls
    order by pull_number desc
    limit 1
"""


@dataclass(frozen=True)
class Compared:
    """A comparison that found nothing to do: the slice of the scrub, and what was counted."""

    starts_at: str
    ends_at: str
    rows: int
    without_key: int
    quarantined: int


def compare_source(warehouse: Warehouse) -> Compared | None:
    """Compare what the next pull would; None where the pull has something to do, or may have.

    It has where a wish, a held day or a difference waits, and where a statement does not run: a
    table may be gone. Raises WarehouseUnavailableError where the database stops the work.
    """
    try:
        with warehouse.one_snapshot():
            return _compare(warehouse)
    except (duckdb.Error, psycopg.Error):
        return None


def record_scrub(warehouse: Warehouse, compared: Compared) -> None:
    """Keep how far the scrub is, as a pull does."""
    warehouse.execute(_RECORD.format_map(vars(compared)))


def _compare(warehouse: Warehouse) -> Compared | None:
    found = warehouse.query(
        "select statement_name, statement from headroom_operations.next_comparison"
    )
    kept = dict(found.rows)
    next_slice = warehouse.query(_SLICE).rows
    if kept.keys() - {FETCH} != STATEMENTS or not next_slice or warehouse.scalar(_WAITING):
        return None
    oldest, settled_now = warehouse.query(kept["source_moments"]).rows[0]
    # A newer run is there: no need to look further.
    if settled_now not in (None, warehouse.scalar(_SETTLED_BEFORE)):
        return None
    starts_at, ends_at, first_until, second_until = next_slice[0]
    filled = {
        "<starts_at>": starts_at,
        "<first_until>": first_until,
        "<second_until>": second_until,
        "<oldest>": oldest or "-infinity",
    }
    if FETCH in kept:
        _row(warehouse, kept[FETCH], filled)
    rows, without_key, most_times, _ = _row(warehouse, kept["source_rows"], filled)
    most_definitions, _, keyless, misfit = _row(warehouse, kept["definitions"], {})
    (differing_definitions,) = _row(warehouse, kept["definition_differences"], {})
    differing, set_aside = _row(warehouse, kept["run_differences"], filled)
    is_odd = most_times > 1 or most_definitions > 1 or keyless or misfit is not None
    is_changed = differing or differing_definitions or set_aside != warehouse.scalar(_QUARANTINED)
    if is_odd or is_changed:
        return None
    return Compared(starts_at, ends_at, int(rows), int(without_key), int(set_aside))


def _row(warehouse: Warehouse, sql: str, filled: dict[str, str]) -> tuple[Any, ...]:
    for word, value in filled.items():
        sql = sql.replace(word, value)
    return warehouse.query(sql).rows[0]
