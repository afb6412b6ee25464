"""Runs without a description: before the fix their stored hash is NULL."""

from datetime import date

import numpy as np

from headroom.fleet.clock import (
    BUG_REPORT_END,
    FIRST_DAY,
    MINUTE,
    SECOND,
    spread,
    stream,
    windows,
)
from headroom.fleet.definitions import PYTHON_3_11, PYTORCH_PY3_1, Catalogue
from headroom.fleet.evidence import published
from headroom.fleet.forklift import RUNS_BEFORE_BUG_REPORT
from headroom.fleet.plan import NONE, Plan

# Alias, runs before the bug report, distinct commands (0: NULL). A definition with more than one
# command stays below the smallest row of the published table.
_DEFINITIONS = (
    ("warehouse-compaction", 3200, 0),
    ("clickstream-rollup", 2600, 0),
    ("assortment-join", 1900, 0),
    ("shipment-facts", 1400, 0),
    ("queue-janitor", 4000, 1),
    ("token-refresh", 2200, 1),
    ("price-feed-poll", 1300, 1),
    ("label-printer", 700, 1),
    ("payout-check", 400, 1),
    ("image-resize", 250, 1),
    ("survey-import", 120, 1),
    ("model-registry-gc", 60, 1),
    ("image-entrypoint", 300, 1),
    ("adhoc-notebook", 16, 9),
    ("adhoc-shell", 12, 5),
    ("adhoc-sql", 9, 4),
)
_REST = "sidecar-probe"  # takes what is left of the published total; its command is NULL
_EMPTY = "image-entrypoint"  # its command is the empty string
_NEEDY = ("price-feed-poll", "label-printer", "image-resize")
# These hold the ladders to 350 GB: a NULL hash would read them all.
_ONLY_BEFORE_REPORT = (PYTHON_3_11, PYTORCH_PY3_1)


def _commands(plan: Plan, alias: str, variants: int) -> list[int]:
    if variants == 0:
        return [NONE]
    if alias == _EMPTY:
        return [plan.commands.add("")]
    if variants == 1:
        return [plan.commands.add(f"/opt/{alias}/run --once")]
    return [
        plan.commands.add(f"python -c 'import tools; tools.run(\"{alias}\", {n})' # %d")
        for n in range(variants)
    ]


def add_null_hashes(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add the NULL-hash runs of all definitions but forklift, which has its own plan."""
    table = [
        (row["definition_id"], int(row["run_count"]), int(row["distinct_commands"]))
        for row in published("bug_null_hash_by_definition")
    ]
    total = int(published("bug_null_hash_summary")[0]["null_hash_run_count"])
    rest = total - RUNS_BEFORE_BUG_REPORT - sum(count for _, count, _ in (*table, *_DEFINITIONS))
    days = (BUG_REPORT_END - FIRST_DAY).days
    for name, count, variants in (*table, *_DEFINITIONS, (_REST, rest, 0)):
        definition = catalogue.place(name)
        alias = catalogue.all[definition].alias
        commands = np.array(_commands(plan, alias, variants))
        for period, first, last in windows(end):
            if first > FIRST_DAY and name in _ONLY_BEFORE_REPORT:
                continue
            rng = stream(seed, f"null hashes {alias} {period}")
            size = count if first == FIRST_DAY else -(-count * (last - first).days // days)
            queued = spread(rng, size, first, last)
            need = _needs(rng, queued, catalogue.all[definition].default_mb)
            plan.add(
                rng, definition, queued,
                command=commands[np.arange(size) % variants] if variants else NONE,
                need=need if alias in _NEEDY else 0,
                duration=rng.integers(30 * SECOND, 50 * MINUTE, size),
            )  # fmt: skip


def _needs(rng: np.random.Generator, queued: np.ndarray, default: int) -> np.ndarray:
    """Let two runs in a hundred need up to four times the default."""
    needs = rng.integers(default + 20, 4 * default, len(queued))
    return np.where(rng.random(len(queued)) < 0.02, needs, 0)
