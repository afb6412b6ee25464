"""Runs that the bug report of 24 November counts: shared hashes and NULL hashes."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from headroom.fleet.clock import (
    BUG_REPORT_END,
    DAY,
    FIRST_DAY,
    HOUR,
    IMPACT_REPORT_END,
    MINUTE,
    SECOND,
    at,
    instant,
    spread,
    stream,
)
from headroom.fleet.definitions import PYTHON_3_9, Catalogue
from headroom.fleet.evidence import published
from headroom.fleet.plan import ALWAYS, NONE, Ending, Plan, client_hash

CALIBRATION = "Calibrate Psale Prod / Calibrate Psale"
_RUNG = 100 * MINUTE  # between two OOMs of one incident: the first has finished by then
_OOMS_PER_INCIDENT = 7
_LAST_INCIDENT = date(2025, 11, 14)  # leaves the check run's window to its three donors
_FIRST_AS_OF = date(2025, 6, 1)
_BURST = 45  # more donors in three days than the lookup reads

# (description, how its commands differ); ranks 2 to 5 are client hashes of unknown text.
_SHARED_JOBS: tuple[tuple[str, Callable[[int], str]], ...] = (
    (
        "Backtest Psale Prod / Backtest Psale",
        lambda n: f"python3 /opt/psale/backtest.py --fold {n} --note 'fold \"{n}\" of 164'",
    ),
    (
        "Demand Curves / Fit",
        lambda n: f"python3 -m demand.fit --segment {n:03d} --share {n % 100}%",
    ),
    (
        "Size Model / Cross Validate",
        lambda n: f"python3 -m sizes.validate \\\n  --seed {n} \\\n  --region 'Zürich'",
    ),
    ("Retention Study / Bootstrap", lambda n: f"bash -lc 'retention bootstrap --draw {n}'"),
)


def calibration_command(as_of: date) -> str:
    """Write the command of the evidence with another date."""
    example = published("bug_ara_inheritance_example")[0]["command"]
    return example.rsplit(" ", 1)[0] + f" {as_of:%Y%m%d}"


def add_shared_hashes(plan: Plan, catalogue: Catalogue, seed: int) -> None:
    """Add everything that the bug report counts, and the same jobs' runs up to the fix."""
    _add_check_run(plan, catalogue, seed)
    rows = published("bug_contaminated_hashes")
    jobs = [(CALIBRATION, NONE), *((text, number) for number, (text, _) in enumerate(_SHARED_JOBS))]
    for row, (text, number) in zip(rows, jobs, strict=True):
        rng = stream(seed, f"shared hash {row['rank_by_ooms']}")
        definition = catalogue.place(row["definition_id"])
        description = plan.descriptions.add(text)
        runs, variants = int(row["run_count"]), int(row["distinct_commands"])
        ooms = int(row["oom_count"])
        if number == NONE:
            # The check run, its donors, the run before them, and their three dates.
            runs, variants, ooms, client = runs - 5, variants - 3, ooms - 4, NONE
            dates = [_FIRST_AS_OF + timedelta(days=day) for day in range(variants)]
            commands = [plan.commands.add(calibration_command(day)) for day in dates]
        else:
            client = plan.clients.add(client_hash("", row["command_hash_prefix"]))
            write = _SHARED_JOBS[number][1]
            commands = [plan.commands.add(write(n)) for n in range(variants)]
        job = {"description": description, "client": client}
        burst = _BURST if row["rank_by_ooms"] == "3" else 0
        queued_oom = _incidents(rng, ooms - burst, burst)
        queued = np.concatenate(
            [queued_oom, spread(rng, runs - ooms, FIRST_DAY, BUG_REPORT_END - timedelta(days=1))]
        )
        order = np.argsort(queued, kind="stable")
        fails = order < ooms
        # Commands follow each other in time, so all occur and neighbours differ.
        turn = np.arange(runs) * variants // runs
        plan.add(
            rng, definition, queued[order],
            command=np.array(commands)[turn], **job,
            need=np.where(fails, ALWAYS, 0),
            peak=rng.integers(200, 900, runs),
            wait=rng.integers(5 * SECOND, 4 * MINUTE, runs),
            oom_after=rng.integers(10 * MINUTE, 80 * MINUTE, runs),
            exit_137_only=number == NONE,
        )  # fmt: skip
        _add_after_report(plan, rng, definition, job, commands)


def _incidents(rng: np.random.Generator, ooms: int, burst: int) -> np.ndarray:
    """Place OOMs in ladders some days apart, and `burst` of them side by side in one night."""
    count = -(-ooms // _OOMS_PER_INCIDENT)
    room = (_LAST_INCIDENT - FIRST_DAY).days - 1
    incident, rung = np.divmod(np.arange(ooms), _OOMS_PER_INCIDENT)
    starts = at(FIRST_DAY, 6) + (np.arange(count) * room * DAY) // count
    starts = starts + rng.integers(0, 6 * HOUR, count)
    ladders = starts[incident] + rung * _RUNG + rng.integers(0, 10 * MINUTE, ooms)
    together = at(date(2025, 10, 12), 1) + np.sort(rng.integers(0, 8 * HOUR, burst))
    return np.concatenate([ladders, together])


def _add_after_report(
    plan: Plan, rng: np.random.Generator, definition: int, job: dict[str, int], commands: list[int]
) -> None:
    """Let the job go on, now with fewer and smaller OOMs, until the fix gives it new hashes."""
    size = 60
    plan.add(
        rng, definition, spread(rng, size, BUG_REPORT_END, IMPACT_REPORT_END),
        command=rng.choice(np.array(commands), size), **job,
        need=np.where(rng.random(size) < 0.2, rng.integers(1100, 6000, size), 0),
    )  # fmt: skip


def _add_check_run(plan: Plan, catalogue: Catalogue, seed: int) -> None:
    """Add the published recipient, its three donors, and the run that gave a9fd its 1792 MB.

    That run reached its limit only after 70 hours: c662 could not read it yet, a9fd could, and
    for 055c and the check run it is queued too long ago.
    """
    rng = stream(seed, "check run")
    definition = catalogue.place(PYTHON_3_9)
    description = plan.descriptions.add(CALIBRATION)
    before = ("", calibration_command(date(2025, 11, 18)), "2025-11-19T12:00:00Z", 70 * HOUR)
    moments = (
        ("2025-11-22T09:00:00Z", 33 * HOUR),
        ("2025-11-22T11:00:00Z", 33 * HOUR),
        ("2025-11-23T14:00:00Z", 12 * HOUR),
        ("2025-11-24T15:10:01Z", HOUR),
    )
    rows = published("bug_ara_inheritance_example")
    runs = [before]
    runs += [
        (row["run_id_prefix"], row["command"], queued, length)
        for row, (queued, length) in zip(rows, moments, strict=True)
    ]
    for start, command, queued, length in runs:
        succeeds = start == rows[-1]["run_id_prefix"]
        place = plan.add(
            rng, definition, [instant(queued)], command=plan.commands.add(command),
            description=description, need=0 if succeeds else ALWAYS, peak=2100, wait=2 * MINUTE,
            duration=length, oom_after=length, ending=Ending.SUCCESS, exit_137_only=True,
        )  # fmt: skip
        if start:
            plan.run_id_starts[place] = start
