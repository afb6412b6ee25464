"""The three shared hashes with most runs."""

from datetime import date

import numpy as np

from headroom.fleet.clock import (
    BUG_REPORT_END,
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

# Alias, description, command, runs that need more than the definition gives.
_JOBS = (
    ("style-score-worker", "Score Styles / Batch", "python -m stylescore.worker --queue {}", 34),
    ("search-index-shard", "Index Shard / Update", "/usr/bin/indexer --mode '{}' --retries 3", 21),
    ("stock-level-tick", "Stock Levels / Tick", 'sh -c "stock tick --kind={} && echo 100%"', 0),
)
_VARIANTS = ("bulk", "live")
_LATER_SHARE = 0.6  # the load falls after the report
_NEEDY_UNTIL = date(2025, 11, 27)  # flagged definitions must be calm in the impact report


def add_volume(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add three jobs of two commands each, with few runs that run out of memory."""
    rows = published("bug_high_volume_shared_hashes")
    for row, (alias, text, template, needy) in zip(rows, _JOBS, strict=True):
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
            if first == FIRST_DAY:
                allowed = np.flatnonzero(queued < at(_NEEDY_UNTIL))
                chosen = rng.choice(allowed, needy, replace=False)
                need[chosen] = rng.integers(default + 50, 3 * default, needy)
            plan.add(
                rng, definition, queued,
                command=commands[(rng.random(size) < 0.3).astype(np.int64)],
                description=description, client=client, need=need,
                peak=rng.normal(0.45 * default, 0.04 * default, size),
                duration=rng.integers(40 * SECOND, 12 * MINUTE, size),
            )  # fmt: skip
