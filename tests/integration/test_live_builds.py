"""Builds beside a live source: each succeeds, and its marts are those of one snapshot."""

import time
from collections import Counter

import pytest

from headroom.pull import read_last_pull
from tests.conftest import MakeProject
from tests.support.canonical import differences_from_kept, keep_marts
from tests.support.live_writer import LiveWriter
from tests.support.project import Project, without_marts_on_failures
from tests.support.small_fleet import write_small

# Runs of the pulled copy and of the mart that differ, days whose marts count other runs.
DISAGREEMENTS = """
    select count(*)
    from headroom_staging.base_flotilla__task_pulled as pulled
    full join marts.flotilla__runs as runs on pulled.run_id = runs.run_id
    where
        pulled.run_id is null
        or runs.run_id is null
        or pulled.memory is distinct from runs.memory_mb
        or pulled.exit_code is distinct from runs.exit_code
        or pulled.status is distinct from runs.status
        or pulled.queued_at is distinct from runs.queued_at
        or pulled.finished_at is distinct from runs.finished_at
        or pulled.command_md5 is distinct from runs.command_md5
        or pulled.is_settled <> runs.is_settled
"""
# In how many tenths of history some of these runs were queued.
TENTHS = """
    select count(distinct tenth)
    from (select run_id, ntile(10) over (order by queued_at) as tenth from flotilla.task) as runs
    where run_id in ('{runs}')
"""


def build(project: Project, *options: str) -> None:
    began = time.monotonic()
    outcome = project.headroom("build", *options)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert project.query(DISAGREEMENTS) == [(0,)]
    print(f"{' '.join(('built', *options))} in {time.monotonic() - began:.0f} s")


def build_beside_a_writer(project: Project, rates: dict[int, int]) -> list[LiveWriter]:
    """Build so many times beside each rate, then at rest; give the writers.

    At rest, the builds in which the scrub goes round once give what a full refresh gives.
    """
    writers = []
    for rate, builds in rates.items():
        with LiveWriter(project, rate, deleting=0.001, seed=rate) as writer:
            for _ in range(builds):
                build(project)
        writers.append(writer)
        print(f"beside {rate} rows a second: {dict(writer.counts)}")
    with project.in_environment():
        last = read_last_pull(project.settings)
        assert last
        for _ in range(last.builds_a_round + 1):
            build(project)
        keep_marts(project.settings)
        build(project, "--full-refresh")
        assert differences_from_kept(project.settings) == {}
    source = "select count(*), sum(memory), max(queued_at) from flotilla.task"
    copy = source.replace("flotilla.task", "headroom_staging.base_flotilla__task_pulled")
    assert project.query(source) == project.query(copy)
    return writers


def test_builds_succeed_beside_a_live_source(make_project: MakeProject) -> None:
    with make_project("postgres", "live") as project, without_marts_on_failures():
        with project.in_environment():
            write_small(project.settings)
        (writer,) = build_beside_a_writer(project, {10: 1})
        assert writer.counts["queued"] > 0


@pytest.mark.long
@pytest.mark.parametrize("fleet", [(), ("--days", "36")], ids=["352k", "1M"])
def test_twenty_builds_succeed_beside_a_live_fleet(
    make_project: MakeProject, fleet: tuple[str, ...]
) -> None:
    """Of what the writer writes it corrects 5% and deletes 0.1%, of any age."""
    with make_project("postgres", "live") as project:
        assert project.headroom("fleet", *fleet).returncode == 0
        writers = build_beside_a_writer(project, {1: 7, 10: 7, 50: 6})
        corrected = [run for writer in writers for run, _ in writer.corrected]
        tenths = project.query(TENTHS.format(runs="', '".join(corrected)))
    assert tenths == [(10,)]
    counts = sum((writer.counts for writer in writers), Counter())
    assert 0.04 < counts["corrected"] / counts.total() < 0.06
    assert 0 < counts["deleted"] < 0.002 * counts.total()
