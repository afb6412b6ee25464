"""The three shared hashes with most runs."""

from datetime import date

import numpy as np

from headroom.fleet.clock import (
    BUG_REPORT_END,
    DAY,
    FIRST_DAY,
    MINUTE,
    SECOND,
    at,
    spread,
    stream,
    windows,
)
from headroom.fleet.definitions import Catalogue
from headroom.fleet.evidence import published
from headroom.fleet.plan import Plan

# Alias, description, command.
_JOBS = (
    ("style-score-worker", "Score Styles / Batch", "python -m stylescore.worker --queue {}"),
    ("search-index-shard", "Index Shard / Update", "/usr/bin/indexer --mode '{}' --retries 3"),
    ("stock-level-tick", "Stock Levels / Tick", 'sh -c "stock tick --kind={} && echo 100%"'),
)
# Runs that need more than their definition gives, on two bad days each, well before the impact
# report: its flagged definitions must be calm. Published: no more than 81 OOMs.
_BAD_DAYS = {"style-score-worker": date(2025, 10, 6), "search-index-shard": date(2025, 11, 11)}
_NEEDY_RUNS = 60
_VARIANTS = ("bulk", "live")
_LATER_SHARE = 0.6  # the load falls after the report


def add_volume(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add three jobs of two commands each, with few runs that run out of memory."""
    rows = published("bug_high_volume_shared_hashes")
    for row, (alias, text, template) in zip(rows, _JOBS, strict=True):
        definition = catalogue.place(alias)
        default = catalogue.all[definition].default_mb
        client = plan.clients.add(row["command_hash"])
        description = plan.descriptions.add(text)
        commands = np.array([plan.commands.add(template.format(kind)) for kind in _VARIANTS])
        count = int(row["run_count"])
        daily = count / (BUG_REPORT_END - FIRST_DAY).days * _LATER_SHARE
        for period, first, last in windows(end):
            rng = stream(seed, f"volume {alias} {period}")
            size = count if first == FIRST_DAY else round(daily * (last - first).days)
            queued = spread(rng, size, first, last)
            need = np.zeros(size, dtype=np.int64)
            if first == FIRST_DAY and alias in _BAD_DAYS:
                since = at(_BAD_DAYS[alias])
                bad = np.flatnonzero((queued >= since) & (queued < since + 2 * DAY))
                chosen = rng.choice(bad, _NEEDY_RUNS, replace=False)
                need[chosen] = rng.integers(default + 50, 3 * default, _NEEDY_RUNS)
            plan.add(
                rng, definition, queued,
                command=commands[(rng.random(size) < 0.3).astype(np.int64)],
                description=description, client=client, need=need,
                peak=rng.normal(0.45 * default, 0.04 * default, size),
                duration=rng.integers(40 * SECOND, 12 * MINUTE, size),
            )  # fmt: skip
