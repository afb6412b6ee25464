"""Every domain on its own: what is not there is left out, and what was there is not forgotten."""

from datetime import timedelta

from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project
from tests.support.raw import START, definition_row, run_row, write_raw

RUNS = [
    run_row("eks-1", command="train --epochs 3", command_hash="a" * 32, exit_code=137),
    run_row(
        "eks-2",
        queued_at=START + timedelta(hours=2),
        command="train --epochs 4",
        command_hash="a" * 32,
        memory=1792,
    ),
    run_row("eks-3", queued_at=START + timedelta(days=2), memory=4096),
]


def exported(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


# The run grain, a day grain and the snapshot: a third of Flotilla's tables.
DAYS = ("build", *TABLES, "--select", "+flotilla__elevation_daily")


def test_plain_dbt_builds_empty_marts_that_the_source_fills_later(project: Project) -> None:
    project.dbt(*DAYS)
    assert not any(exported(project).values())
    with project.in_environment():
        write_raw(project.settings, RUNS, [definition_row()])
    project.dbt(*DAYS)
    grown = exported(project)
    assert len(grown["marts.flotilla__runs"]) == len(RUNS)
    project.drop_own_schemas()
    project.dbt(*DAYS)
    assert exported(project) == grown

    # A part of the source goes, then the rest: marts and snapshot keep what they hold.
    for lost in ("task_def", "task"):
        project.execute(f"drop table flotilla.{lost} cascade")
        statuses = project.dbt(*DAYS, "--full-refresh", succeeds=False)
        assert statuses[f"base_flotilla__{lost}"] == "error"
    assert exported(project) == grown
    kept = "select count(*) from headroom_snapshots.flotilla__definitions_snapshot"
    assert project.query(f"{kept} where dbt_valid_to is null") == [(1,)]
