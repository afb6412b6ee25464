"""What the next build will make, and why: asked without changing anything."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import psycopg

from headroom.domains import DOMAINS, READERS, decide
from headroom.inventory import read_inventory
from headroom.operations import SCHEMA
from headroom.quiet import compare_source
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse
from headroom.watermarks import (
    CompleteBuild,
    Watermarks,
    read_complete_builds,
    read_watermarks,
)

_WAITING = f"""
    with made as (
        select model_name, part_kind, max(change_number) as change_number
        from {SCHEMA}.made_parts
        group by model_name, part_kind
    ),
    waiting as (
        select distinct made.model_name, made.part_kind, changed.part
        from made
        inner join {SCHEMA}.changed_parts as changed
            on made.part_kind = changed.part_kind
            and changed.change_number > made.change_number
    )
    select
        waiting.model_name,
        waiting.part_kind,
        count(*),
        sum(days.run_count)
    from waiting
    left join headroom_staging.pulled_days as days
        on waiting.part_kind = 'runs'
        and coalesce(waiting.part, '') = coalesce(cast(days.queued_day as text), '')
    group by waiting.model_name, waiting.part_kind
    order by 4 desc nulls last, 3 desc, 1
"""


@dataclass(frozen=True)
class Waiting:
    """Parts that a model has not made yet; `rows` are their runs, None for other parts."""

    model: str
    kind: str
    parts: int
    rows: int | None


@dataclass(frozen=True)
class NextBuild:
    """What the next build does: why each domain is made, those that stay, what waits already."""

    reasons: Mapping[str, str]
    unchanged: tuple[str, ...]
    left_out: tuple[str, ...]
    waiting: tuple[Waiting, ...]


def plan_next_build(settings: Settings) -> NextBuild:
    """Look at the source, the code and the warehouse.

    Raises WarehouseUnavailableError where there is no database, or it cannot be read.
    """
    with open_warehouse(settings, read_only=True) as warehouse:
        plan = decide(read_inventory(warehouse, settings), settings)
        now, complete = read_watermarks(warehouse, settings), read_complete_builds(warehouse)
        reasons = {
            name: reason
            for name in plan.built
            if (reason := _reason(name, complete.get(name), now, warehouse))
        }
        for source, readers in READERS.items():
            if source in reasons:
                others = [name for name in readers if name in plan.built]
                reasons |= {name: f"it reads {source}" for name in others if name not in reasons}
        return NextBuild(
            reasons={name: reasons[name] for name in DOMAINS if name in reasons},
            unchanged=tuple(name for name in plan.built if name not in reasons),
            left_out=tuple(name for name in DOMAINS if name not in plan.built),
            waiting=_read_waiting(warehouse),
        )


def _reason(
    name: str, built: CompleteBuild | None, now: Watermarks, warehouse: Warehouse
) -> str | None:
    if built is None:
        return "no build of it has ended well since anything was last built"
    if built.code != now.code:
        return "code, settings or seeds changed: models whose SQL changed are built in full"
    if built.tables != now.tables:
        return "tables were made or dropped by another program"
    if built.marks != now.of(name):
        return "something was loaded"
    if name == "flotilla" and compare_source(warehouse) is None:
        return "the source differs from the pulled copy; the pull finds the changed days"
    return None


def _read_waiting(warehouse: Warehouse) -> tuple[Waiting, ...]:
    try:
        rows = warehouse.query(_WAITING).rows
    except (duckdb.Error, psycopg.Error):
        # Nothing was built yet.
        return ()
    return tuple(
        Waiting(str(model), str(kind), int(parts), None if runs is None else int(runs))
        for model, kind, parts, runs in rows
    )
