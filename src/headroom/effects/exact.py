"""Exact bounds of two counted sides; all are 95% on both sides. Nothing here knows a database.

Counts may be fractions: days that are alike among themselves tell as much as fewer runs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import special, stats  # type: ignore[import-untyped]

from headroom.effects.sides import Sides

TAIL = 0.025
# More runs than this are nobody's plan.
MOST_RUNS = 10**9


@dataclass(frozen=True)
class Bounds:
    """What is computed of two sides: the columns of `headroom_operations.effect_bounds`."""

    before_low: float | None
    before_high: float | None
    after_low: float | None
    after_high: float | None
    after_effective_high: float | None
    fisher_p: float | None
    fisher_effective_p: float | None
    after_split_low: float | None
    after_split_high: float | None
    runs_needed_90: int | None
    runs_needed_99: int | None
    runs_needed_90_cautious: int | None
    runs_needed_99_cautious: int | None


def compute_bounds(sides: Sides) -> Bounds:
    """Compute all bounds; what an empty side leaves open is None."""
    k0, n0 = sides.before_event_count, sides.before_run_count
    k1, n1 = sides.after_event_count, sides.after_run_count
    m0, m1 = float(sides.before_effective_runs), float(sides.after_effective_runs)
    before, after = clopper_pearson(k0, n0), clopper_pearson(k1, n1)
    split = clopper_pearson(k1, k0 + k1) if n0 and n1 else (None, None)
    share = k0 / n0 if n0 else None
    return Bounds(
        *before,
        *after,
        after_effective_high=clopper_pearson(k1 * m1 / n1, m1)[1] if n1 else None,
        fisher_p=fisher_p(k0, n0, k1, n1),
        fisher_effective_p=fisher_p(*_whole(k0, n0, m0), *_whole(k1, n1, m1)),
        after_split_low=split[0],
        after_split_high=split[1],
        runs_needed_90=runs_needed(k1, share, 0.90),
        runs_needed_99=runs_needed(k1, share, 0.99),
        runs_needed_90_cautious=runs_needed(k1, before[0], 0.90),
        runs_needed_99_cautious=runs_needed(k1, before[0], 0.99),
    )


def clopper_pearson(events: float, runs: float) -> tuple[float | None, float | None]:
    """Give the exact interval of a share; None without runs."""
    if runs <= 0:
        return None, None
    low = special.betaincinv(events, runs - events + 1, TAIL) if events > 0 else 0.0
    high = special.betaincinv(events + 1, runs - events, 1 - TAIL) if events < runs else 1.0
    return float(low), float(high)


def fisher_p(events: int, runs: int, other_events: int, other_runs: int) -> float | None:
    """Give Fisher's p on both sides; None where a side has no runs."""
    if not runs or not other_runs:
        return None
    table = [[events, runs - events], [other_events, other_runs - other_events]]
    return min(1.0, float(stats.fisher_exact(table).pvalue))


def runs_needed(events: int, share: float | None, reduction: float) -> int | None:
    """Give how many runs with so many events prove that a share fell by `reduction`.

    None where the share was nothing, or so little that no number of runs is enough.
    """
    if not share:
        return None
    target = (1 - reduction) * share

    def is_enough(runs: int) -> bool:
        return (clopper_pearson(events, runs)[1] or 0) <= target

    return smallest(is_enough, events + 1, MOST_RUNS)


def smallest(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """Give the smallest number for which something holds that holds for all larger ones."""
    if not holds(last):
        return None
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if holds(middle) else (middle + 1, last)
    return last


def _whole(events: int, runs: int, effective: float) -> tuple[int, int]:
    """Cut effective runs to whole ones, at least one, with the nearest number of events."""
    if not runs:
        return 0, 0
    cut = max(1, math.floor(effective))
    return min(cut, math.floor(events * cut / runs + 0.5)), cut
