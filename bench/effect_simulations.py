"""Judge 10,000 random histories by what ships: shifts, exact and Wilson's intervals, the watch.

    python -m bench.effect_simulations [--histories 10000]

The tests do the same with fewer histories.
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
from scipy import stats

from headroom.effects.exact import clopper_pearson
from headroom.effects.watch import LEVEL, log_mixture
from headroom.settings import Settings
from tests.support.effect_histories import NOT_PASSED, REACHED, Judge, share_found
from tests.support.project import Project

# Shares and runs of a side: where exact intervals are widest, and where Wilson's is worst.
SIDES = [(0.374, 297), (0.1, 100), (0.02, 1000), (0.01, 231), (0.5, 30)]
LOOKS = 60
DAILY_RUNS = 33


def coverage(histories: int, generator: np.random.Generator) -> None:
    """Print how often each interval holds the true share."""
    for share, runs in SIDES:
        drawn = generator.binomial(runs, share, histories).tolist()
        held = {
            name: {events: _holds(interval(events, runs), share) for events in set(drawn)}
            for name, interval in (("exact", clopper_pearson), ("Wilson", wilson))
        }
        shown = "".join(
            f"{name:>8}{sum(map(known.__getitem__, drawn)) / histories:>8.2%}"
            for name, known in held.items()
        )
        print(f"{f'intervals of {share:.1%} in {runs:,} runs hold it':46}{shown}", flush=True)


def wilson(events: int, runs: int) -> tuple[float, float]:
    """Give Wilson's interval; `wilson_bound` is held to scipy's by the tests."""
    found = stats.binomtest(events, runs).proportion_ci(0.95, "wilson")
    return found.low, found.high


def _holds(interval: tuple[float | None, float | None], share: float) -> bool:
    low, high = interval
    return low is not None and high is not None and low <= share <= high


def false_alarms(histories: int, generator: np.random.Generator) -> None:
    """Print in how many histories the watch, looked at each day, ever leaves out the true share."""
    for share in (0.374, 0.1, 0.02):
        events = generator.binomial(DAILY_RUNS, share, (histories, LOOKS)).cumsum(axis=1).tolist()
        wrong = sum(
            any(
                log_mixture(count, DAILY_RUNS * look, share) >= -math.log(LEVEL)
                for look, count in enumerate(history, start=1)
            )
            for history in events
        )
        print(
            f"{f'watch of {share:.1%}, {LOOKS} looks: wrong at any':46}{wrong / histories:>8.2%}",
            flush=True,
        )


def main() -> None:
    """Print a line a kind of history."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=10_000)
    histories = parser.parse_args().histories
    generator = np.random.default_rng(18)
    print(f"of {histories:,} histories", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings("duckdb", Path(folder) / "headroom.duckdb", "flotilla")
        judge = Judge(Project(settings, {"DBT_TARGET_PATH": str(Path(folder) / "target")}))
        for name, shape, _ in (*REACHED, *NOT_PASSED):
            found = share_found(judge, shape, histories, generator)
            print(f"{f'shifts: {name}':46}{found:>8.2%}", flush=True)
    coverage(histories, generator)
    false_alarms(histories, generator)


if __name__ == "__main__":
    main()
