"""Runs that the impact report of 17 December counts: forklift's requests, and 350 GB."""

from datetime import date, timedelta

import numpy as np

from headroom.fleet.clock import (
    FIX_DAY,
    HOUR,
    MINUTE,
    SECOND,
    Ints,
    at,
    stream,
)
from headroom.fleet.definitions import PYTHON_3_11, PYTORCH_PY3_1, PYTORCH_PY3_8, Catalogue
from headroom.fleet.evidence import by_day
from headroom.fleet.null_hashes import FORKLIFT, FORKLIFT_COMMAND
from headroom.fleet.plan import NONE, Ending, Plan

_LARGE = (18000, 19000, 33000)
_USUAL = np.array([4000, 4096, 5000, 5500, 6000, 6144, 7000, 7168, 7500, 8000])
_CAP = 350_000


def add_forklift(plan: Plan, catalogue: Catalogue, seed: int) -> None:
    """Add forklift's runs of the published days: run-level requests that meet every figure."""
    large_by_day: dict[date, dict[int, int]] = {}
    for day, row in by_day("impact_q4_q6_elevated_runs_by_allocation"):
        large_by_day.setdefault(day, {})[int(row["allocated_mb"])] = int(row["run_count"])
    elevated = {
        day: int(row["elevated_run_count"]) for day, row in by_day("impact_q3_elevated_runs_daily")
    }
    command = plan.commands.add(FORKLIFT_COMMAND)
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
        default = catalogue.all[catalogue.place(FORKLIFT)].default_mb
        by_default = (memory == default) & (rng.random(count) < 0.7)
        plan.add(
            rng, catalogue.place(FORKLIFT),
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
    sizes = _USUAL[_USUAL <= top]
    fixed = [4000, top] if needs_top else [4000]
    drawn = rng.choice(sizes, count - 1 - len(fixed))
    while not 4000 <= (odd := total - sum(fixed) - int(drawn.sum())) <= top:
        place = rng.integers(len(drawn))
        step = 1 if odd > top else -1
        position = int(np.searchsorted(sizes, drawn[place])) + step
        drawn[place] = sizes[min(max(position, 0), len(sizes) - 1)]
    return np.array([*fixed, *drawn, odd], dtype=np.int64)


# --- 350 GB -----------------------------------------------------------------------------------

_DEFINITIONS = (PYTHON_3_11, PYTORCH_PY3_8, PYTORCH_PY3_1)
_SHARES = {PYTORCH_PY3_8: 0.25, PYTORCH_PY3_1: 0.15}  # where only the day's total is published
_UNPUBLISHED_14TH = {PYTHON_3_11: 8, PYTORCH_PY3_8: 2, PYTORCH_PY3_1: 4}  # by difference: query 7
# First and last day of December on which a family of runs (one hash) gets 350 GB.
_FAMILIES: dict[str, tuple[tuple[int, int], ...]] = {
    PYTHON_3_11: (
        (7, 16), (7, 16), (7, 12), (9, 16), (10, 10), (12, 16), (14, 16), *[(16, 16)] * 3
    ),
    PYTORCH_PY3_8: ((7, 16), (9, 12), (10, 10), (13, 16), (15, 16), *[(16, 16)] * 4),
    PYTORCH_PY3_1: ((7, 16), (9, 11), (12, 16), *[(16, 16)] * 3),
}  # fmt: skip
# NULL-hash runs that read the definition's whole pool; their day's other runs are fewer.
_NULL_RUNS = {(PYTHON_3_11, 7): 2, (PYTORCH_PY3_1, 7): 1}
# Some ladders start from a request: fewer rungs. 0 starts from the default of 512 MB.
_FIRST_REQUESTS = (0, 64_000, 32_000)
_RUNG = 75 * MINUTE  # a rung has finished before the next one is queued
_CUT_HOUR = 15  # query 7 ran when all but one run of each definition were queued


def add_350gb(plan: Plan, catalogue: Catalogue, seed: int) -> None:
    """Add ladders to the cap and the runs that then get 350 GB, day by day as published."""
    daily = _daily_runs(catalogue)
    for name in _DEFINITIONS:
        definition = catalogue.place(name)
        for number, (first, last) in enumerate(_FAMILIES[name]):
            rng = stream(seed, f"350 GB {name} family {number}")
            counts = {
                day: _share(daily[name, day], _NULL_RUNS.get((name, day), 0), name, day, number)
                for day in range(first, last + 1)
            }
            _add_family(plan, rng, definition, number, counts)
        rng = stream(seed, f"350 GB {name} others")
        for (null_name, day), runs in _NULL_RUNS.items():
            if null_name == name:
                _add_capped(plan, rng, definition, day, runs, NONE, NONE, NONE, evening=True)
        _add_after_fix(plan, rng, definition, daily[name, FIX_DAY.day])


def _daily_runs(catalogue: Catalogue) -> dict[tuple[str, int], int]:
    """Give the runs at the cap by definition and day of December."""
    published = {
        (catalogue.all[catalogue.place(row["alias"])].definition_id, day.day): int(row["run_count"])
        for day, row in by_day("impact_q2_q5_runs_at_350gb_by_alias")
    }
    published |= {(name, 14): runs for name, runs in _UNPUBLISHED_14TH.items()}
    for day, row in by_day("impact_q1_runs_at_350gb_daily"):
        total = int(row["run_count"])
        if (PYTHON_3_11, day.day) in published:
            continue
        for name, share in _SHARES.items():
            least = len(_active(name, day.day)) + _NULL_RUNS.get((name, day.day), 0)
            published[name, day.day] = max(least, round(share * total))
        others = sum(published[name, day.day] for name in _SHARES)
        published[PYTHON_3_11, day.day] = total - others
    return published


def _active(name: str, day: int) -> list[int]:
    families = enumerate(_FAMILIES[name])
    return [number for number, (first, last) in families if first <= day <= last]


def _share(runs: int, null_runs: int, name: str, day: int, number: int) -> int:
    """Give a family its runs of a day: one at least, the rest in turn."""
    active = _active(name, day)
    return len(range(active.index(number), runs - null_runs, len(active)))


def _add_family(
    plan: Plan, rng: np.random.Generator, definition: int, number: int, counts: dict[int, int]
) -> None:
    """Climb to the cap on the day before, then stay there.

    An OOM counts for three days: from the second day on, every other day's first run needs more
    than the cap and so renews it.
    """
    stem = f"train-{definition}-{number}"
    description = plan.descriptions.add(f"Model Training {definition}.{number} / Fit")
    client = plan.clients.add(f"{definition:02d}{number:02d}" * 8) if number % 4 == 3 else NONE
    own_only = number % 3 == 2
    request = _FIRST_REQUESTS[number % 3]
    rungs = _rungs(request or 512)
    day = min(counts)
    top = at(date(2025, 12, day) - timedelta(days=1), 16)
    queued = top - np.arange(rungs)[::-1] * _RUNG + rng.integers(0, 5 * MINUTE, rungs)
    seeds = np.zeros(rungs, dtype=np.int64) if own_only else np.arange(rungs)
    commands = [plan.commands.add(f"python {stem}.py --seed {seed}") for seed in seeds]
    plan.add(
        rng, definition, queued, command=commands, description=description, client=client,
        request=np.where(np.arange(rungs) == 0, request, 0), need=_CAP - 1,
        wait=rng.integers(20 * SECOND, 4 * MINUTE, rungs),
        oom_after=rng.integers(15 * MINUTE, 50 * MINUTE, rungs),
    )  # fmt: skip
    for place, (day, runs) in enumerate(counts.items()):
        variants = 1 if own_only else 1000 * day
        commands = [
            plan.commands.add(f"python {stem}.py --seed {variants + run if variants > 1 else 0}")
            for run in range(runs)
        ]
        _add_capped(
            plan, rng, definition, day, runs, commands, description, client, renew=place % 2 == 1
        )


def _rungs(start: int) -> int:
    """Count the OOMs from a first memory to the first that lifts the estimate to the cap."""
    rungs = 1
    while start * 1.75 < _CAP:
        start = int(start * 1.75 + 0.5)
        rungs += 1
    return rungs


def _add_capped(
    plan: Plan, rng: np.random.Generator, definition: int, day: int, runs: int,
    commands: list[int] | int, description: int, client: int,
    *, renew: bool = False, evening: bool = False,
) -> None:  # fmt: skip
    opens, length = (19, 2 * HOUR) if evening else (3, 16 * HOUR)
    queued = np.sort(at(date(2025, 12, day), opens) + rng.integers(0, length, runs))
    if commands == NONE:
        commands = [plan.commands.add(f"python notebook.py --cell {day}{n}") for n in range(runs)]
    need = np.where(rng.random(runs) < 0.15, 400_000, 0)
    need[0] = 400_000 if renew else need[0]
    plan.add(
        rng, definition, queued, command=commands, description=description, client=client,
        need=need, peak=rng.lognormal(10.6, 0.9, runs), ending=Ending.SUCCESS,
        wait=rng.integers(20 * SECOND, 8 * MINUTE, runs),
        duration=rng.integers(HOUR, 9 * HOUR, runs),
        oom_after=rng.integers(30 * MINUTE, 2 * HOUR, runs),
    )  # fmt: skip


def _add_after_fix(plan: Plan, rng: np.random.Generator, definition: int, runs: int) -> None:
    """Add the fix day's 350 GB runs: new commands that ask for it, one after query 7's cut."""
    before = at(FIX_DAY, 2) + rng.integers(0, (_CUT_HOUR - 3) * HOUR, runs - 1)
    after = at(FIX_DAY, _CUT_HOUR) + rng.integers(HOUR, 5 * HOUR, 1)
    commands = [
        plan.commands.add(f"python train-{definition}-new.py --memory 350GB --trial {run}")
        for run in range(runs)
    ]
    plan.add(
        rng, definition, np.concatenate([np.sort(before), after]), command=commands,
        description=plan.descriptions.add(f"Model Training {definition} / Trials"),
        request=_CAP, peak=rng.lognormal(10.6, 0.9, runs), ending=Ending.SUCCESS,
        wait=rng.integers(20 * SECOND, 8 * MINUTE, runs),
        duration=rng.integers(HOUR, 9 * HOUR, runs),
    )  # fmt: skip
