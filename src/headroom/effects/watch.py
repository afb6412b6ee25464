"""A watch: bounds of a share that hold at every look, however often somebody looks.

The mixture of Beta(1/2, 1/2) over all shares, divided by the likelihood of one share, is a
martingale where that share is the true one: with a chance of 95% it never reaches 20 (Ville). So
the shares for which it stays below 20 hold the true one at all looks together.
"""

import math
from collections.abc import Iterable

from scipy import special  # type: ignore[import-untyped]

PRIOR = 0.5
LEVEL = 0.05
STEPS = 60


def watched(looks: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Give the bounds after all looks; each is the events and runs of what came since the last.

    Without runs nothing is known: 0 to 1.
    """
    low, high, events, runs = 0.0, 1.0, 0.0, 0.0
    for more_events, more_runs in looks:
        events, runs = events + more_events, runs + more_runs
        if runs > 0:
            low = max(low, _bound(events, runs, 0.0))
            high = min(high, _bound(events, runs, 1.0))
    return low, max(low, high)


def _bound(events: float, runs: float, end: float) -> float:
    """Find the share between the observed one and an end at which the mixture reaches its limit."""
    inside, outside = events / runs, end
    if log_mixture(events, runs, outside) < -math.log(LEVEL):
        return outside
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if log_mixture(events, runs, middle) < -math.log(LEVEL):
            inside = middle
        else:
            outside = middle
    return outside


def log_mixture(events: float, runs: float, share: float) -> float:
    """Give the logarithm of the mixture over the likelihood of a share; it can be infinite."""
    others = runs - events
    mixture = special.betaln(events + PRIOR, others + PRIOR) - special.betaln(PRIOR, PRIOR)
    return float(mixture - special.xlogy(events, share) - special.xlog1py(others, -share))
