"""A watch holds however often somebody looks; where it is wrong, it is wrong seldom."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.effects.watch import LEVEL, log_mixture, watched


def test_the_published_day() -> None:
    low, high = watched([(0, 15)])
    assert low == 0
    assert high == pytest.approx(0.280, abs=1e-3)
    assert log_mixture(0, 15, high) == pytest.approx(-math.log(LEVEL))


def test_nothing_is_known_without_runs() -> None:
    assert watched([]) == (0, 1)
    assert watched([(0, 0)]) == (0, 1)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 500)), max_size=20))
def test_bounds_are_shares_and_only_come_nearer(days: list[tuple[int, int]]) -> None:
    looks = [(min(events, runs), runs) for events, runs in days]
    bounds = [watched(looks[:count]) for count in range(len(looks) + 1)]
    for (low, high), (next_low, next_high) in itertools.pairwise(bounds):
        assert 0 <= low <= next_low <= next_high
        assert next_high <= max(high, next_low)
        assert next_high <= 1


@pytest.mark.parametrize("share", [0.02, 0.1, 0.374])
def test_false_alarms_of_thirty_looks_stay_under_the_level(share: float) -> None:
    """Exact bounds at each look would be wrong at some look in a quarter of the histories."""
    generator = np.random.default_rng(18)
    events = generator.binomial(33, share, (400, 30)).cumsum(axis=1)
    wrong = sum(
        any(log_mixture(count, 33 * look, share) >= -math.log(LEVEL) for look, count in looks)
        for looks in (enumerate(history.tolist(), start=1) for history in events)
    )
    assert wrong / 400 <= LEVEL
