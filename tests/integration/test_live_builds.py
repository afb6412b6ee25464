"""Builds beside a live source: each succeeds, and its marts are those of one snapshot."""

import pytest

from tests.conftest import MakeProject
from tests.support.canonical import export_marts
from tests.support.live_writer import LiveWriter
from tests.support.project import Project
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


def build_beside_a_writer(project: Project, rate: float, builds: int) -> None:
    with LiveWriter(project, rate) as writer:
        for _ in range(builds):
            outcome = project.headroom("build")
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            assert project.query(DISAGREEMENTS) == [(0,)]
    assert writer.counts["queued"] > 0
    # At rest, a whole comparison and an incremental build give what a full refresh gives.
    for options in (("--audit",), ("--full-refresh",)):
        outcome = project.headroom("build", *options)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        with project.in_environment():
            marts = export_marts(project.settings)
        if options == ("--audit",):
            incremental = marts
    for name, rows in marts.items():
        assert incremental[name] == rows, name
    source = "select count(*), sum(memory), max(queued_at) from flotilla.task"
    copy = source.replace("flotilla.task", "headroom_staging.base_flotilla__task_pulled")
    assert project.query(source) == project.query(copy)


def test_builds_succeed_beside_a_live_source(make_project: MakeProject) -> None:
    with make_project("postgres", "live") as project:
        with project.in_environment():
            write_small(project.settings)
        build_beside_a_writer(project, 10, 2)


@pytest.mark.long
@pytest.mark.parametrize("rate", [1, 10, 50])
def test_twenty_builds_succeed_beside_a_live_reference_fleet(
    make_project: MakeProject, rate: float
) -> None:
    with make_project("postgres", "live") as project:
        assert project.headroom("fleet").returncode == 0
        build_beside_a_writer(project, rate, 20)
