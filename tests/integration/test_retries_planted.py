"""Would more memory have helped: on a fleet of which it is known what each job needs."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.project import TABLES, Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

JOBS_OF_A_KIND = 12
DOUBLINGS = 4
# As the threshold failure_retry_days.
RETRY_DAYS = 3


class Fleet:
    """Runs of many jobs, and the truth about each failure of theirs."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.runs: list[Row] = []
        self.helped: set[str] = set()
        self.doomed: set[str] = set()
        for number in range(JOBS_OF_A_KIND):
            for kind in (self.small, self.leaking, self.killed, self.wrong, self.flaky, self.lost):
                kind(f"{kind.__name__}-{number}")

    @property
    def definitions(self) -> list[Row]:
        names = sorted({run["definition_id"] for run in self.runs})
        return [definition_row(name, alias=name) for name in names]

    def run(self, job: str, day: int, order: int, memory: int, **columns: Any) -> str:
        """Add a try of a job; those of one day follow each other, and no other day's do."""
        run_id = f"{job}/{day}/{order}"
        queued_at = START + timedelta(days=RETRY_DAYS * day + day, hours=order)
        ended = {"started_at": queued_at, "finished_at": queued_at + timedelta(minutes=50)}
        own = {"definition_id": job, "command": job, "memory": memory, "queued_at": queued_at}
        self.runs.append(run_row(run_id, **own, **ended, **columns))
        return run_id

    def oom(self, job: str, day: int, order: int, memory: int) -> str:
        said = self.dice.choice([{"exit_reason": "OOMKilled"}, {}])
        peak = self.dice.choice([memory, None])
        killed = {"exit_code": 137, "max_memory_used": peak}
        return self.run(job, day, order, memory, **killed, **said)

    def small(self, job: str) -> None:
        """It needs so much, and is tried with less; sometimes again with as little."""
        need = self.dice.choice([3000, 6000, 12_000])
        for day in range(self.dice.randint(2, 4)):
            memory, order, is_again = 1024, 0, False
            while memory < need:
                run_id = self.oom(job, day, order, memory)
                self.helped.add(run_id)
                if is_again:
                    self.doomed.add(run_id)
                is_again = not is_again and self.dice.random() < 0.5
                memory, order = memory if is_again else memory * 2, order + 1
            self.run(job, day, order, memory, max_memory_used=need)

    def leaking(self, job: str) -> None:
        """It takes whatever it gets."""
        for day in range(self.dice.randint(1, 3)):
            for order in range(DOUBLINGS):
                run_id = self.oom(job, day, order, 1024 * 2**order)
                if order:
                    self.doomed.add(run_id)

    def killed(self, job: str) -> None:
        """Somebody kills it, far below its limit; it then ends well, sometimes with more."""
        for day in range(3):
            self.run(job, day, 0, 4096, exit_code=137, max_memory_used=400)
            self.run(job, day, 1, self.dice.choice([4096, 8192]), max_memory_used=400)

    def wrong(self, job: str) -> None:
        """Its program is wrong, with any memory."""
        for day in range(2):
            for order in range(3):
                run_id = self.run(job, day, order, 2048 * (order + 1), exit_code=2)
                if order:
                    self.doomed.add(run_id)

    def flaky(self, job: str) -> None:
        """Its program fails now and then, and passes later."""
        for day in range(3):
            tries = self.dice.randint(1, 2)
            for order in range(tries):
                self.run(job, day, order, 2048, exit_code=1)
            self.run(job, day, tries, 2048)

    def lost(self, job: str) -> None:
        """Its node is taken back."""
        for day in range(2):
            self.run(job, day, 0, 2048, exit_code=137, exit_reason="Evicted", max_memory_used=2048)
            self.run(job, day, 1, 2048)


@pytest.fixture(scope="module")
def judged(module_project: Project) -> Iterator[tuple[Fleet, Project]]:
    fleet = Fleet(seed=18)
    with module_project.in_environment():
        write_raw(module_project.settings, fleet.runs, fleet.definitions)
        module_project.dbt("build", *TABLES, "--select", "+waste__retries")
        yield fleet, module_project


def named(project: Project, condition: str) -> set[str]:
    answer = project.query(f"select attempt_id from marts.waste__failures where {condition}")
    return {attempt_id.removeprefix("flotilla:") for (attempt_id,) in answer}


def test_yes_is_nearly_always_right_and_hopeless_retries_are_found(
    judged: tuple[Fleet, Project],
) -> None:
    fleet, project = judged
    said = named(project, "more_memory_helps = 'yes'")
    assert len(said) >= 50
    assert len(said & fleet.helped) >= 0.95 * len(said)
    found = named(project, "is_doomed_retry")
    assert len(found & fleet.doomed) >= 0.9 * len(fleet.doomed)
    assert len(found & fleet.doomed) >= 0.95 * len(found)


def test_each_job_gets_the_advice_that_fits_it(judged: tuple[Fleet, Project]) -> None:
    _, project = judged
    rows = project.query("select job_name, advice, retry_mb from marts.waste__retries")
    advice: dict[str, set[str]] = {}
    for name, said, _ in rows:
        advice.setdefault(name.rpartition("-")[0], set()).add(said)
    assert advice == {
        "small": {"more memory"},
        "leaking": {"leak"},
        "killed": {"no retry"},
        "wrong": {"no retry"},
        "flaky": {"no retry"},
        "lost": {"the same again"},
    }
    assert {needed for name, _, needed in rows if name.startswith("small")} <= {4096, 8192, 16_384}


def test_the_report_prints_settings_of_jobs_that_may_be_seen(
    judged: tuple[Fleet, Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, project = judged
    asked = ("report", "retries", "--format", "argo")
    outcome = project.headroom(*asked, "--job", "leaking-0")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines()[1:] == ["retryStrategy:", '  limit: "0"', ""]
    table = project.headroom("report", "retries").stdout
    assert "42 more jobs: --job NAME, or --format json" in table
    monkeypatch.setenv("HEADROOM_ALLOWED_PROJECTS", "another team")
    refused = project.headroom(*asked, "--job", "leaking-0")
    assert refused.returncode == 2
    assert "'leaking-0'" in refused.stderr
