"""Random days around a change through the shipped SQL, on both engines: nothing leaves its range.

Sides without runs, one day, no event, only events, runs that are all alike: each occurs.
"""

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tests.support.effect_histories import Judge
from tests.support.project import Project

# The nine days before the fix, and the one day before the next change.
BEFORE = [date(2025, 12, 7) + timedelta(day) for day in range(9)]
AFTER = [date(2025, 12, 17)]
COHORTS = 150
COLUMNS = (
    "cohort",
    *(
        f"{side}_{name}"
        for side in ("before", "after")
        for name in ("run_count", "event_count", "share", "wilson_low", "wilson_high")
    ),
    "before_effective_runs",
    "after_effective_runs",
    "dispersion",
    "day_correlation",
    "difference",
    "difference_low",
    "difference_high",
    "rate_ratio",
    "verdict",
)
Day = tuple[date, int, int]


def drawn_days() -> dict[str, list[Day]]:
    """Draw the days of each cohort: (day, runs, events); a fixed seed, so both engines see one."""
    generator = np.random.default_rng(18)
    cohorts = {}
    for place in range(COHORTS):
        share = generator.choice([0.0, 0.02, 0.4, 1.0])
        most = int(generator.choice([1, 2, 40, 100_000]))
        is_alike = generator.random() < 0.3
        kept = generator.random()
        days: list[Day] = []
        for day in BEFORE + AFTER:
            if generator.random() > kept:
                continue
            runs = int(generator.integers(1, most + 1))
            happens = generator.random() < share
            events = runs * happens if is_alike else int(generator.binomial(runs, share))
            days.append((day, runs, events))
        if days:
            cohorts[f"cohort {place}"] = days
    # Days that are all or nothing, and no run after: as alike as can be.
    cohorts["alike"] = [(day, 5, 5 * (place % 2)) for place, day in enumerate(BEFORE)]
    return cohorts


@pytest.fixture(scope="module")
def sides(module_project: Project) -> list[dict[str, Any]]:
    judge = Judge(module_project)
    judge.fill(
        [
            (day, cohort, False, "elevated", runs, events)
            for cohort, days in drawn_days().items()
            for day, runs, events in days
        ]
        # So that the history reaches beyond the change.
        + [(date(2025, 12, 20), "later", False, "elevated", 1, 0)]
    )
    found = judge.project.query(
        f"select {', '.join(COLUMNS)} from ({judge.changes_sql}) as changes"
        " where change = 'command_hash_fix' and cohort_kind = 'definition'"
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def test_each_cohort_is_counted(sides: list[dict[str, Any]]) -> None:
    expected = {}
    for cohort, days in drawn_days().items():
        parts = ([day for day in days if day[0] in when] for when in (BEFORE, AFTER))
        expected[cohort] = [sum(day[place] for day in part) for part in parts for place in (1, 2)]
    names = [f"{side}_{kind}_count" for side in ("before", "after") for kind in ("run", "event")]
    assert {row["cohort"]: [row[name] for name in names] for row in sides} == expected


def test_bounds_stay_in_their_range(sides: list[dict[str, Any]]) -> None:
    for row in sides:
        for side in ("before", "after"):
            names = ("run_count", "wilson_low", "wilson_high")
            runs, low, high = (row[f"{side}_{name}"] for name in names)
            assert Decimal(0) <= row[f"{side}_effective_runs"] <= runs
            if runs:
                assert 0 <= low <= row[f"{side}_share"] <= high <= 1
                assert row[f"{side}_effective_runs"] > 0
            else:
                assert (row[f"{side}_share"], low, high) == (None, None, None)
        if row["difference"] is not None:
            assert -1 <= row["difference_low"] <= row["difference"] <= row["difference_high"] <= 1


def test_an_empty_side_claims_nothing(sides: list[dict[str, Any]]) -> None:
    verdicts = set()
    for row in sides:
        verdicts.add(row["verdict"])
        if row["before_run_count"] and row["after_run_count"]:
            assert row["verdict"] == "not computed"
        else:
            side = "after" if row["before_run_count"] else "before"
            assert row["verdict"] == f"no runs {side}"
            assert row["difference"] is row["rate_ratio"] is None
    assert verdicts == {"not computed", "no runs before", "no runs after"}


def test_how_alike_days_are(sides: list[dict[str, Any]]) -> None:
    days_of = drawn_days()
    for row in sides:
        days = [(runs, events) for day, runs, events in days_of[row["cohort"]] if day in BEFORE]
        share = row["before_share"]
        if len(days) < 2 or share in (0, 1):
            assert row["dispersion"] is row["day_correlation"] is None
            continue
        total = sum((k - n * share) ** 2 / (n * share * (1 - share)) for n, k in days)
        assert math.isclose(row["dispersion"], total / (len(days) - 1), rel_tol=1e-6, abs_tol=1e-6)
        if row["day_correlation"] is not None:
            assert 0 <= row["day_correlation"] <= 1
    assert max(row["day_correlation"] or 0 for row in sides) == 1
