"""A small fleet for tests: about 5,000 runs in which everything occurs that the marts tell apart.

It is made of the reference fleet's own parts, over some weeks in which each version of ARA's policy
was in force. What Flotilla cannot do, but a real table shows, is planted at the end.
"""

from datetime import date, timedelta
from functools import cache

import numpy as np

from headroom.fleet.after_fix import add_capped_retries
from headroom.fleet.at_350gb import add_350gb
from headroom.fleet.background import add_everyday, add_incidents, add_odd_rows, owner_of
from headroom.fleet.clock import DAY, HOUR, MINUTE, at, spread, stream
from headroom.fleet.definitions import Catalogue
from headroom.fleet.plan import ALWAYS, NONE, Plan
from headroom.fleet.policy import read_policies
from headroom.fleet.rows import Rows, run_history
from headroom.fleet.tables import tables_of
from headroom.fleet.write import replace_tables
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

# What the fleets hold in columns that nothing may read.
SECRETS = ("do-not-read", "do-not-show")
SEED = 5
FIRST_DAY = date(2025, 11, 17)
LAST_DAY = date(2026, 1, 20)
END = LAST_DAY + timedelta(days=1)
# Flagged ones and others, below the floor, GPU, eks-spark, two whose row in task_def is gone.
_EVERYDAY = (
    "styling-features",
    "styling-training",
    "search-training",
    "pricing-scoring",
    "pricing-export",
    "pricing-reports",
    "logistics-simulation",
    "logistics-sync",
    "payments-simulation",
    "inventory-backfill",
    "merch-backfill",
    "experimentation-simulation",
)
_RUNS_A_DAY = 5.0
# Runs without a description: their commands, of which each is called in turn.
_UNDESCRIBED = {
    "adhoc-notebook": ("python nb.py --cell 1", "python nb.py --cell 2", "python nb.py --cell 3"),
    "image-entrypoint": ("",),
    "sidecar-probe": (None,),
    "warehouse-compaction": (None,),
}
_UNDESCRIBED_RUNS_A_DAY = 1.0
_COHORT_RUNS = 100
_BURST = 34  # more donors than a lookup reads, within its window


@cache
def small_history() -> Rows:
    """Make the runs; nothing in them depends on the engine."""
    catalogue, plan = Catalogue(), Plan()
    for alias in _EVERYDAY:
        owner = owner_of(plan, catalogue, SEED, catalogue.place(alias))
        rng = stream(SEED, f"everyday {alias}")
        days = (END - FIRST_DAY).days
        add_everyday(plan, rng, owner, spread(rng, round(_RUNS_A_DAY * days), FIRST_DAY, END))
        add_incidents(plan, rng, owner, FIRST_DAY, END)
    _add_undescribed(plan, catalogue)
    _add_cohort(plan, catalogue)
    _add_burst(plan, catalogue)
    _add_described_by_its_command(plan, catalogue)
    add_350gb(plan, catalogue, SEED)
    add_capped_retries(plan, catalogue, SEED, END)
    add_odd_rows(plan, catalogue, SEED, END)
    return run_history(plan, catalogue, read_policies(), at(END))


def write_small(settings: Settings) -> None:
    """Write the raw tables as `headroom fleet` writes them, marked as synthetic."""
    with open_warehouse(settings) as warehouse:
        replace_tables(warehouse, settings, tables_of(small_history()))
        for column, value, where in PLANTED:
            warehouse.execute(_plant(settings.source_schema, column, value, where))


# Column, value, and the runs of which the first few get it.
_PLANTED_RUNS = 3
_ENDED = "status = 'STOPPED' and exit_code = 0 and exit_reason is null"
PLANTED = (
    ("status", "'EVICTED'", f"{_ENDED} and definition_id like 'pricing%'"),
    ("engine", "'eks-flink'", f"{_ENDED} and engine = 'eks-spark'"),
    ("queued_at", "null", f"{_ENDED} and definition_id like 'styling%'"),
    ("started_at", "queued_at - interval '3 seconds'", f"{_ENDED} and alias = 'logistics-sync'"),
    # A record that the rules cannot explain.
    ("memory", "memory + 1", f"{_ENDED} and run_id in (select run_id from {{truth}})"),
    # Not eks: no test holds its hash to be the command's.
    ("command_hash", "md5('a client')", "engine = 'eks-spark' and queued_at >= '2025-12-20'"),
)


def _plant(place: str, column: str, value: str, where: str) -> str:
    sized = f"{place}.fleet_truth where cause = 'ara'"
    return f"""
        update {place}.task set {column} = {value}
        where run_id in (
            select run_id from {place}.task where {where.format(truth=sized)}
            order by run_id limit {_PLANTED_RUNS}
        )
    """


def _add_undescribed(plan: Plan, catalogue: Catalogue) -> None:
    """Add runs without a description: before the fix without a hash, one in ten needs more."""
    size = round(_UNDESCRIBED_RUNS_A_DAY * (END - FIRST_DAY).days)
    for alias, texts in _UNDESCRIBED.items():
        place = catalogue.place(alias)
        rng = stream(SEED, f"undescribed {alias}")
        commands = np.array([NONE if text is None else plan.commands.add(text) for text in texts])
        need = rng.integers(3, 12, size) * catalogue.all[place].default_mb // 2
        plan.add(
            rng, place, spread(rng, size, FIRST_DAY, END),
            command=commands[np.arange(size) % len(commands)],
            need=np.where(rng.random(size) < 0.1, need, 0),
        )  # fmt: skip


def _add_cohort(plan: Plan, catalogue: Catalogue) -> None:
    """Add runs of the definition that the impact report is about, before the fix and after."""
    rng = stream(SEED, "cohort")
    queued = spread(rng, _COHORT_RUNS, date(2025, 12, 7), date(2025, 12, 20))
    plan.add(
        rng, catalogue.place("forklift-deploy-model-v1"), queued,
        command=plan.commands.add("deploy"), request=rng.choice([4000, 8000, 14000], _COHORT_RUNS),
        peak=rng.integers(900, 3900, _COHORT_RUNS),
    )  # fmt: skip


def _add_burst(plan: Plan, catalogue: Catalogue) -> None:
    """Add a night of OOMs side by side, of which the lookups after it read any 30."""
    rng = stream(SEED, "burst")
    first = at(date(2025, 12, 3))
    queued = first + np.concatenate(
        [np.sort(rng.integers(0, HOUR, _BURST)), 8 * HOUR + np.arange(10) * 30 * MINUTE]
    )
    fails = np.arange(len(queued)) < _BURST
    commands = [plan.commands.add(f"python fold.py --fold {n}") for n in range(len(queued))]
    plan.add(
        rng, catalogue.place("pricing-scoring"), queued, command=commands,
        description=plan.descriptions.add("Pricing Scoring / Folds"),
        request=np.where(fails, 2048 + 64 * np.arange(len(queued)), 0),
        need=np.where(fails, ALWAYS, 0), oom_after=rng.integers(10 * MINUTE, HOUR, len(queued)),
        wait=MINUTE,
    )  # fmt: skip


def _add_described_by_its_command(plan: Plan, catalogue: Catalogue) -> None:
    """Add a job that is described by its command: its hash is the command's at any time."""
    rng = stream(SEED, "described by its command")
    text = "psql -f vacuum.sql"
    plan.add(
        rng, catalogue.place("heartbeat"), at(FIRST_DAY) + np.arange((END - FIRST_DAY).days) * DAY,
        command=plan.commands.add(text), description=plan.descriptions.add(text),
    )  # fmt: skip
