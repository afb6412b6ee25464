"""The card says of a chance what `effects__changes` says: both read the threshold."""

from typing import Any

import pytest

from headroom.effects.card import Comparison
from headroom.effects.exact import compute_bounds
from headroom.effects.sides import Sides


def comparison(chance: float) -> Comparison:
    counts: dict[str, Any] = {
        "before_event_count": 111,
        "before_run_count": 297,
        "before_effective_runs": 150,
        "after_event_count": 0,
        "after_run_count": 15,
        "after_effective_runs": 10,
    }
    row = {**counts, "difference": -0.374, "chance": chance}
    return Comparison(row, compute_bounds(Sides(**counts)), (0.0, 1.0), ())


@pytest.mark.parametrize(("chance", "verdict"), [(0.05, "fell"), (0.001, "not proven")])
def test_the_verdict_follows_the_threshold(chance: float, verdict: str) -> None:
    assert comparison(chance).verdict == verdict
