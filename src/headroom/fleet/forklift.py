"""Forklift: every run is the same script without a description, sized by its request."""

from datetime import date

import numpy as np

from headroom.fleet.clock import (
    BUG_REPORT_END,
    FIRST_DAY,
    FIX_DAY,
    HOUR,
    IMPACT_REPORT_END,
    MINUTE,
    SECOND,
    Ints,
    at,
    spread,
    stream,
)
from headroom.fleet.definitions import Catalogue
from headroom.fleet.evidence import by_day
from headroom.fleet.plan import Ending, Plan

_ALIAS = "forklift-deploy-model-v1"
RUNS_BEFORE_BUG_REPORT = 2400
_COMMAND = """#
# Use absolute latest forklift
#
mkdir -p /code/stitchfix
cd /code/stitchfix
git clone -b $GIT_BRANCH --single-branch git@github.com:stitchfix/forklift.git
cd forklift/destinations/ml_model_deploy/

./run"""
_LARGE = (18000, 19000, 33000)
_USUAL = np.array([4000, 4096, 5000, 5500, 6000, 6144, 7000, 7168, 7500, 8000])


def add_published_forklift(plan: Plan, catalogue: Catalogue, seed: int) -> None:
    """Add forklift's runs of the published days: run-level requests that meet every figure."""
    large_by_day: dict[date, dict[int, int]] = {}
    for day, row in by_day("impact_q4_q6_elevated_runs_by_allocation"):
        large_by_day.setdefault(day, {})[int(row["allocated_mb"])] = int(row["run_count"])
    elevated = {
        day: int(row["elevated_run_count"]) for day, row in by_day("impact_q3_elevated_runs_daily")
    }
    command = plan.commands.add(_COMMAND)
    for day, row in by_day("impact_q8_q9_forklift_memory_daily"):
        rng = stream(seed, f"forklift on {day}")
        count, average = int(row["run_count"]), int(row["avg_memory_mb"])
        top = int(row["max_memory_mb"])
        total = round(average * count / 10) * 10  # within count / 2 of the exact product
        if day not in large_by_day:
            large_by_day[day] = _split_large(elevated[day], count, total, top)
        large = [size for size, runs in large_by_day[day].items() for _ in range(runs)]
        rest = count - len(large)
        usual = _requests_of_sum(rng, rest, total - sum(large), min(top, 8000), not large)
        memory = rng.permutation(np.concatenate([np.array(large, dtype=np.int64), usual]))
        default = catalogue.all[catalogue.place(_ALIAS)].default_mb
        by_default = (memory == default) & (rng.random(count) < 0.7)
        plan.add(
            rng, catalogue.place(_ALIAS),
            np.sort(at(day, 6) + rng.integers(0, 14 * HOUR, count)),
            command=command, request=np.where(by_default, 0, memory),
            peak=rng.integers(900, 3900, count), ending=Ending.SUCCESS,
            wait=rng.integers(5 * SECOND, 8 * MINUTE, count),
            duration=rng.integers(2 * MINUTE, 40 * MINUTE, count),
        )  # fmt: skip


def _split_large(elevated: int, count: int, total: int, top: int) -> dict[int, int]:
    """Share a day's elevated runs among the three sizes so that the others look everyday."""
    options = []
    for biggest in range(elevated + 1):
        if (biggest > 0) != (top == _LARGE[2]):
            continue
        for smallest in range(min(3, elevated - biggest) + 1):
            split = (smallest, elevated - biggest - smallest, biggest)
            if top == _LARGE[1] and split[1] == 0:
                continue
            left = total - sum(n * size for n, size in zip(split, _LARGE, strict=True))
            options.append((abs(left / (count - elevated) - 5600), split))
    return dict(zip(_LARGE, min(options)[1], strict=True))


def _requests_of_sum(
    rng: np.random.Generator, count: int, total: int, top: int, needs_top: bool
) -> Ints:
    """Draw everyday requests from 4000 MB to `top` that add up to `total`; one is odd.

    4000 occurs always, `top` where nothing larger does.
    """
    sizes = _USUAL[top >= _USUAL]
    fixed = [4000, top] if needs_top else [4000]
    drawn = rng.choice(sizes, count - 1 - len(fixed))
    while not 4000 <= (odd := total - sum(fixed) - int(drawn.sum())) <= top:
        place = rng.integers(len(drawn))
        step = 1 if odd > top else -1
        position = int(np.searchsorted(sizes, drawn[place])) + step
        drawn[place] = sizes[min(max(position, 0), len(sizes) - 1)]
    return np.array([*fixed, *drawn, odd], dtype=np.int64)


def add_everyday_forklift(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add forklift's runs outside the days of the impact report: all sized by their requests."""
    command = plan.commands.add(_COMMAND)
    first_published = date(2025, 12, 7)
    parts = [
        (FIRST_DAY, BUG_REPORT_END, RUNS_BEFORE_BUG_REPORT),
        (BUG_REPORT_END, first_published, 340),
    ]
    if end > IMPACT_REPORT_END:
        parts.append((IMPACT_REPORT_END, end, 25 * (end - IMPACT_REPORT_END).days))
    usual = (4000, 4096, 5000, 5500, 6000, 6144, 7000, 0)
    for first, last, size in parts:
        rng = stream(seed, f"forklift from {first}")
        queued = spread(rng, size, first, last)
        elevated = (rng.random(size) < 0.3) & (queued < at(FIX_DAY))
        request = np.where(elevated, rng.choice(_LARGE, size), rng.choice(usual, size))
        plan.add(
            rng, catalogue.place(_ALIAS), queued, command=command, request=request,
            peak=rng.integers(900, 3900, size),
        )  # fmt: skip
