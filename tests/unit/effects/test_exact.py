"""Exact bounds against the published fix, and against what they promise."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headroom.effects.exact import clopper_pearson, compute_bounds, fisher_p, runs_needed
from headroom.effects.sides import Sides

FORKLIFT = Sides(111, 297, Decimal("150.237"), 0, 15, Decimal("10.509"))


def test_the_published_fix() -> None:
    bounds = compute_bounds(FORKLIFT)
    assert bounds.before_low == pytest.approx(0.319, abs=5e-4)
    assert bounds.before_high == pytest.approx(0.431, abs=5e-4)
    assert (bounds.after_low, bounds.after_high) == (0, pytest.approx(0.218, abs=5e-4))
    assert bounds.after_effective_high == pytest.approx(0.296, abs=5e-4)
    assert bounds.fisher_p == pytest.approx(0.00155, abs=5e-6)
    assert (bounds.runs_needed_90, bounds.runs_needed_99) == (97, 986)
    assert (bounds.runs_needed_90_cautious, bounds.runs_needed_99_cautious) == (114, 1157)


def test_runs_at_the_cap_by_day() -> None:
    bounds = compute_bounds(Sides(201, 22590, Decimal(4060), 14, 3065, Decimal(466)))
    low, high = (
        9 * share / (1 - share)
        for share in (bounds.after_split_low, bounds.after_split_high)
        if share
    )
    assert (round(low, 2), round(high, 2)) == (0.34, 1.08)


@pytest.mark.parametrize(
    "sides",
    [
        Sides(0, 0, Decimal(0), 0, 15, Decimal(15)),
        Sides(5, 10, Decimal(10), 0, 0, Decimal(0)),
        Sides(0, 0, Decimal(0), 0, 0, Decimal(0)),
    ],
)
def test_an_empty_side_proves_nothing(sides: Sides) -> None:
    bounds = compute_bounds(sides)
    assert (bounds.fisher_p, bounds.fisher_effective_p) == (None, None)
    assert (bounds.after_split_low, bounds.after_split_high) == (None, None)


@given(st.data())
def test_bounds_are_shares_and_hold_the_share_between_them(data: st.DataObject) -> None:
    runs = data.draw(st.integers(1, 10**6))
    events = data.draw(st.integers(0, runs))
    low, high = clopper_pearson(events, runs)
    assert low is not None
    assert high is not None
    assert 0 <= low <= events / runs <= high <= 1
    expected = stats.binomtest(events, runs).proportion_ci(0.95, "exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(0, 50), st.floats(0.01, 1), st.sampled_from([0.9, 0.99]))
def test_so_many_runs_are_needed_and_one_less_is_not_enough(
    events: int, share: float, reduction: float
) -> None:
    runs = runs_needed(events, share, reduction)
    assert runs is not None
    target = (1 - reduction) * share
    assert (clopper_pearson(events, runs)[1] or 0) <= target
    assert (clopper_pearson(events, runs - 1)[1] or 1) > target


def test_what_never_happened_cannot_be_reduced() -> None:
    assert runs_needed(0, 0.0, 0.9) is None
    assert runs_needed(0, None, 0.9) is None
    assert runs_needed(0, 1e-12, 0.99) is None
    assert fisher_p(0, 10, 0, 10) == 1
