"""Runs of 350 GB: ladders to the cap before the fix, requests on the day of the fix."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from headroom.fleet.clock import FIX_DAY, HOUR, MINUTE, SECOND, at, stream
from headroom.fleet.definitions import PYTHON_3_11, PYTORCH_PY3_1, PYTORCH_PY3_8, Catalogue
from headroom.fleet.evidence import by_day
from headroom.fleet.plan import NONE, Ending, Plan, client_hash
from headroom.fleet.policy import read_policies

_CAP = 350_000
_MORE_THAN_CAP = 400_000
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
            family = _make_family(plan, definition, number)
            rng = stream(seed, f"350 GB {name} family {number}")
            _add_ladder(plan, rng, family, first)
            for day in range(first, last + 1):
                runs = _share(daily[name, day], name, day, number)
                _add_capped(plan, rng, family, day, runs)
        rng = stream(seed, f"350 GB {name} others")
        _add_null_runs(plan, rng, name, definition)
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


def _share(runs: int, name: str, day: int, number: int) -> int:
    """Give a family its runs of a day: one at least, the rest in turn."""
    active = _active(name, day)
    own = runs - _NULL_RUNS.get((name, day), 0)
    return len(range(active.index(number), own, len(active)))


@dataclass(frozen=True)
class _Family:
    """Runs with one stored hash before the fix."""

    definition: int
    first_request: int
    description: int
    client: int
    stem: str
    one_command: bool


def _make_family(plan: Plan, definition: int, number: int) -> _Family:
    client = client_hash(f"350 GB {definition} {number}")
    return _Family(
        definition,
        first_request=_FIRST_REQUESTS[number % 3],
        description=plan.descriptions.add(f"Model Training {definition}.{number} / Fit"),
        client=plan.clients.add(client) if number % 4 == 3 else NONE,
        stem=f"python train-{definition}-{number}.py",
        one_command=number % 3 == 2,
    )


def _commands(plan: Plan, family: _Family, day: int, runs: int) -> list[int]:
    """Give each run of a day its own command, or all the same: foreign donors or own."""
    seeds = [0] * runs if family.one_command else range(1000 * day, 1000 * day + runs)
    return [plan.commands.add(f"{family.stem} --seed {seed}") for seed in seeds]


def _add_ladder(plan: Plan, rng: np.random.Generator, family: _Family, day: int) -> None:
    """Climb on the day before, one OOM after the other, until the estimate reaches the cap."""
    rungs = _rungs(family.first_request)
    top = at(date(2025, 12, day) - timedelta(days=1), 16)
    plan.add(
        rng, family.definition,
        top - np.arange(rungs)[::-1] * _RUNG + rng.integers(0, 5 * MINUTE, rungs),
        command=_commands(plan, family, 0, rungs), description=family.description,
        client=family.client, need=_CAP - 1,
        request=np.where(np.arange(rungs) == 0, family.first_request, 0),
        wait=rng.integers(20 * SECOND, 4 * MINUTE, rungs),
        oom_after=rng.integers(15 * MINUTE, 50 * MINUTE, rungs),
    )  # fmt: skip


def _rungs(first_request: int) -> int:
    """Count the OOMs from the first memory to the first that lifts the estimate to the cap."""
    policy = read_policies()[0]
    memory, rungs = first_request or policy.floor_mb, 1
    while (estimate := policy.estimate([memory])[0]) < _CAP:
        memory, rungs = estimate, rungs + 1
    return rungs


def _add_capped(plan: Plan, rng: np.random.Generator, family: _Family, day: int, runs: int) -> None:
    """Add the runs of a day at the cap.

    An OOM counts for three days, so every other day's first run needs more than the cap and
    renews it; a few others do as well.
    """
    renews = (np.arange(runs) == 0) & (day % 2 == 0)
    plan.add(
        rng, family.definition,
        np.sort(at(date(2025, 12, day), 3) + rng.integers(0, 16 * HOUR, runs)),
        command=_commands(plan, family, day, runs), description=family.description,
        client=family.client,
        need=np.where(renews | (rng.random(runs) < 0.15), _MORE_THAN_CAP, 0),
        peak=rng.lognormal(10.6, 0.9, runs), ending=Ending.SUCCESS,
        wait=rng.integers(20 * SECOND, 8 * MINUTE, runs),
        duration=rng.integers(HOUR, 9 * HOUR, runs),
        oom_after=rng.integers(30 * MINUTE, 2 * HOUR, runs),
    )  # fmt: skip


def _add_null_runs(plan: Plan, rng: np.random.Generator, name: str, definition: int) -> None:
    """Add runs without a hash in an evening when the definition's pool has few OOMs."""
    for (of_definition, day), runs in _NULL_RUNS.items():
        if of_definition != name:
            continue
        plan.add(
            rng, definition, at(date(2025, 12, day), 19) + rng.integers(0, 2 * HOUR, runs),
            command=[plan.commands.add(f"python notebook.py --cell {n}") for n in range(runs)],
            peak=rng.lognormal(10.6, 0.9, runs), ending=Ending.SUCCESS,
            wait=rng.integers(20 * SECOND, 8 * MINUTE, runs),
            duration=rng.integers(HOUR, 9 * HOUR, runs),
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
