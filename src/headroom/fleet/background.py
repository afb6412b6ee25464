"""Everyday work around the published figures: jobs, incidents, base definitions, odd rows."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from headroom.fleet.clock import (
    DAY,
    FIRST_DAY,
    HOUR,
    IMPACT_REPORT_END,
    MINUTE,
    SECOND,
    Ints,
    at,
    spread,
    stream,
    windows,
)
from headroom.fleet.definitions import (
    DATA_PLATFORM,
    PLATFORM,
    PYTHON_3_9,
    PYTHON_3_11,
    PYTORCH_PY3_1,
    PYTORCH_PY3_8,
    Catalogue,
    Definition,
)
from headroom.fleet.plan import NONE, Ending, Plan, client_hash

# Commands as people write them: quotes, newlines, percent signs, backslashes, other scripts.
TEMPLATES = (
    "python -m {alias}.main --date 2025-{month:02d}-{n:02d}",
    "bash -c 'set -e; run-{alias} \"{n}\" | tee /tmp/out_{n}.log'",
    "python run.py \\\n  --job {alias} \\\n  --chunk {n}",
    "{alias} --sample {n}% --format '%Y-%m-%d'",
    "Rscript analyse.R --région été --größe {n} --名前 {alias}",
    'awk -F"\\t" \'{{print ${n} "\\\\n"}}\' /data/{alias}.tsv',
    "psql -U batch --password hunter2-do-not-show -c 'select {n}' # {alias}",
    "java -Xmx{n}g -jar {alias}.jar",
)
STEPS = ("Extract", "Build", "Check", "Publish", "Fit", "Évaluation", "Nightly 100%", "It's late")
JOBS_PER_DEFINITION = 6
_RUNS_A_DAY = 8.2  # of an average definition
_CALM_RUNS_A_DAY = 110
_INCIDENTS_A_DAY = 0.14  # of a definition that has any
_BASE_RUNS_A_DAY = {
    PYTHON_3_11: 18, PYTHON_3_9: 24, PYTORCH_PY3_8: 7, PYTORCH_PY3_1: 7,
    DATA_PLATFORM: 10, PLATFORM: 9,
}  # fmt: skip
# No flagged definition but forklift is elevated in the impact report's days.
_FLAGGED_CALM_FROM = date(2025, 11, 28)
_LARGEST_NEED = 60_000


@dataclass(frozen=True)
class Job:
    """What one description of a definition runs."""

    description: int
    client: int
    commands: Ints
    request: int
    peak_share: float


@dataclass(frozen=True)
class Owner:
    """A definition with its jobs, and how often they are called."""

    place: int
    definition: Definition
    jobs: list[Job]
    runs_a_day: float


def _jobs(plan: Plan, rng: np.random.Generator, definition: Definition, place: int) -> list[Job]:
    jobs = []
    for number in range(JOBS_PER_DEFINITION):
        turn = place + number
        template = TEMPLATES[turn % len(TEMPLATES)]
        variants = (1, 4, 28)[turn % 3]
        texts = [
            template.format(alias=f"{definition.alias}-{number}", n=n + 1, month=1 + number)
            for n in range(variants)
        ]
        if turn % 31 == 0:
            texts = [""]
        spark = definition.engine != "eks"
        title = definition.alias.replace("-", " ").title()
        client = turn % 7 == 0 and definition.kind == "background"
        factor = (0.75, 1.25, 1.4) if definition.flag else (2, 3, 4, 8)
        asks = turn % 3 == 1 and definition.kind == "background"
        request = round(float(rng.choice(factor)) * definition.memory) if asks else 0
        jobs.append(
            Job(
                description=plan.descriptions.add(f"{title} / {STEPS[turn % 8]} {number}"),
                client=plan.clients.add(client_hash(f"{place} {number}")) if client else NONE,
                commands=np.array([NONE] if spark else [plan.commands.add(t) for t in texts]),
                request=max(512, request) if request else 0,
                peak_share=float(rng.uniform(0.15, 0.75)),
            )
        )
    return jobs


def owner_of(plan: Plan, catalogue: Catalogue, seed: int, place: int) -> Owner:
    """Give a definition its jobs."""
    definition = catalogue.all[place]
    rng = stream(seed, f"jobs {definition.alias}")
    jobs = _jobs(plan, rng, definition, place)
    rate = float(rng.lognormal(-0.18, 0.6)) * _RUNS_A_DAY
    if definition.kind == "calm":
        rate = _CALM_RUNS_A_DAY
    return Owner(place, definition, jobs, _BASE_RUNS_A_DAY.get(definition.definition_id, rate))


def add_background(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add the everyday runs and incidents of all definitions that have descriptions."""
    base = [catalogue.place(name) for name in _BASE_RUNS_A_DAY]
    for place in [*catalogue.of_kind("background", "calm"), *base]:
        owner = owner_of(plan, catalogue, seed, place)
        definition = owner.definition
        restless = definition.kind == "background" and (
            place % 2 == 0 or definition.engine != "eks"
        )
        for period, first, last in windows(end):
            rng = stream(seed, f"background {definition.alias} {period}")
            days = (last - first).days
            queued = spread(rng, round(owner.runs_a_day * days), first, last)
            add_everyday(plan, rng, owner, queued)
            if restless or place == catalogue.place(PLATFORM):
                add_incidents(plan, rng, owner, first, last)


def add_everyday(plan: Plan, rng: np.random.Generator, owner: Owner, queued: Ints) -> None:
    """Add calls of a definition's jobs at these instants."""
    definition, jobs = owner.definition, owner.jobs
    turn = rng.integers(0, len(jobs), len(queued))
    for number, job in enumerate(jobs):
        instants = queued[turn == number]
        count = len(instants)
        # A request is part of the call, not of the job: most calls of such a job make it.
        request = np.where(rng.random(count) < 0.8, job.request, 0)
        gpu = np.where(rng.random(count) < 0.9, definition.gpu * (1 + number % 2), 0)
        usual = definition.default_mb * job.peak_share
        peak = np.minimum(usual * rng.lognormal(0, 0.15, count), 0.95 * definition.default_mb)
        plan.add(
            rng, owner.place, instants, command=rng.choice(job.commands, count),
            description=job.description, client=job.client, request=request, peak=peak, gpu=gpu,
        )  # fmt: skip


def add_incidents(
    plan: Plan, rng: np.random.Generator, owner: Owner, first: date, last: date
) -> None:
    """Add incidents: data has grown, so a job is tried again and again until ARA suffices.

    One incident in six is queued all at once behind a full cluster, so that donors finish
    between the queueing and the lookup of others.
    """
    definition, jobs = owner.definition, owner.jobs
    count = rng.poisson(_INCIDENTS_A_DAY * (last - first).days)
    for start in spread(rng, count, first, last).tolist():
        job = jobs[rng.integers(len(jobs))]
        tries = int(rng.integers(3, 9))
        need = int(min(definition.default_mb * rng.uniform(1.1, 9), _LARGEST_NEED))
        together = rng.random() < 1 / 6
        gap = rng.integers(2, 12, tries) if together else rng.integers(30, 110, tries)
        queued = start + np.cumsum(gap) * MINUTE + rng.integers(0, MINUTE, tries)
        wait = rng.integers(MINUTE, 4 * HOUR, tries) if together else None
        calm = bool(definition.flag) and at(_FLAGGED_CALM_FROM) <= start < at(IMPACT_REPORT_END)
        kept = queued < at(last)
        if calm or not kept.any() or start >= at(last):
            continue
        one = rng.random() < 0.6
        command = rng.choice(job.commands, 1 if one else tries)
        plan.add(
            rng, owner.place, queued[kept],
            command=np.broadcast_to(command, tries)[kept],
            description=job.description, client=job.client, need=need,
            peak=rng.normal(need, 0.02 * need, tries)[kept],
            wait=None if wait is None else wait[kept],
            duration=rng.integers(20 * MINUTE, 5 * HOUR, tries)[kept],
            oom_after=rng.integers(4 * MINUTE, 40 * MINUTE, tries)[kept],
        )  # fmt: skip


def add_odd_rows(plan: Plan, catalogue: Catalogue, seed: int, end: date) -> None:
    """Add a few rows that look wrong in any real history, and work still waiting at its end."""
    rng = stream(seed, "odd rows")
    place = catalogue.place("heartbeat")
    description = plan.descriptions.add("Heartbeat / Odd")
    command = plan.commands.add("/opt/heartbeat/run --odd")
    lost = spread(rng, 9, FIRST_DAY, IMPACT_REPORT_END - timedelta(days=7))
    plan.add(rng, place, lost, command=command, description=description, ending=Ending.LOST)
    last_hour = at(end) - rng.integers(MINUTE, 90 * MINUTE, 150)
    plan.add(
        rng, place, np.sort(last_hour), command=command, description=description,
        wait=rng.integers(10 * SECOND, 3 * HOUR, 150), duration=rng.integers(HOUR, DAY, 150),
        ending=Ending.SUCCESS,
    )  # fmt: skip
