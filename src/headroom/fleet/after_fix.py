"""The history after the impact report: ladders to the caps of the later policy versions."""

from datetime import date, timedelta

import numpy as np

from headroom.fleet.clock import HOUR, IMPACT_REPORT_END, MINUTE, SECOND, at, stream
from headroom.fleet.definitions import PYTHON_3_11, PYTORCH_PY3_1, PYTORCH_PY3_8, Catalogue
from headroom.fleet.plan import Ending, Plan

_DEFINITIONS = (PYTHON_3_11, PYTORCH_PY3_8, PYTORCH_PY3_1)
_DAYS_BETWEEN = 2
_TRIES = 9
_FIRST_REQUEST = 64_000
_NEED = 349_000  # fits only under a cap of 350 GB


def add_capped_retries(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add trainings that are tried again with the same command, under each later version.

    From the fix on a key is a command, so all their donors are their own.
    """
    days = range(0, (end - IMPACT_REPORT_END).days, _DAYS_BETWEEN)
    for number, day in enumerate(days):
        rng = stream(seed, f"capped retries {number}")
        definition = catalogue.place(_DEFINITIONS[number % len(_DEFINITIONS)])
        start = at(IMPACT_REPORT_END + timedelta(days=day), 6)
        plan.add(
            rng,
            definition,
            start + np.arange(_TRIES) * 100 * MINUTE + rng.integers(0, 9 * MINUTE, _TRIES),
            command=plan.commands.add(f"python retrain.py --run {number}"),
            description=plan.descriptions.add("Model Training / Retrain"),
            request=np.where(np.arange(_TRIES) == 0, _FIRST_REQUEST, 0),
            need=_NEED,
            peak=_NEED,
            ending=Ending.SUCCESS,
            wait=rng.integers(20 * SECOND, 4 * MINUTE, _TRIES),
            duration=rng.integers(HOUR, 6 * HOUR, _TRIES),
            oom_after=rng.integers(15 * MINUTE, 80 * MINUTE, _TRIES),
        )
