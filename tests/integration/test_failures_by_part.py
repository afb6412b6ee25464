"""Failures made by day equal those of a full build, over changes of runs and of what is loaded."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from tests.integration.test_failures import event, kubernetes_event, pod
from tests.support.canonical import export_tables
from tests.support.project import TABLES, Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

MARTS = [
    "marts.attempts__attempts",
    "headroom_intermediate.int_failures__failures_followed",
    "headroom_intermediate.int_failures__failures_recovered",
    *(
        f"marts.failures__{name}"
        for name in ("failures", "nodes", "images", "patterns", "retries", "recoveries")
    ),
    *(
        f"marts.waste__{name}"
        for name in ("attempts_daily", "recommendations", "failures", "retries")
    ),
]
SELECTED = ("--select", "+path:models/marts/failures", "--exclude", "resource_type:seed")
# Waste reads the runs of Flotilla as well, and these a snapshot.
WITH_WASTE = ("build", *TABLES, *SELECTED[:2], "+path:models/marts/waste", *SELECTED[2:])
HOURS = 30 * 24
RUNS, JOBS = 150, 12
MOMENTS = 4


def changed_run(luck: np.random.Generator, run: Row) -> Row:
    """Change something of a run that moves it between days, outcomes or what is loaded."""
    moved = START + timedelta(hours=int(luck.integers(HOURS)))
    changes: list[dict[str, Any]] = [
        {"exit_code": int(luck.integers(2))},
        {"status": "RUNNING", "finished_at": None, "exit_code": None},
        {"queued_at": moved, "finished_at": moved + timedelta(hours=2)},
        {"finished_at": run["queued_at"] + timedelta(days=float(luck.integers(6)))},
        {"pod_name": name_of(luck)},
        {"exit_code": 1, "pod_events": '[{"reason": "OOMKilled", "message": "too much"}]'},
    ]
    return {**run, **changes[int(luck.integers(len(changes)))]}


def name_of(luck: np.random.Generator) -> str:
    """Give a pod's name that runs, pods, records and events share now and then."""
    return f"pod-{luck.integers(40)}"


def old_runs(moment: int) -> dict[str, Row]:
    """Give runs of two jobs that failed first of all; the last moment ends what was theirs.

    One gets its first success. One had succeeded, and a run before that is found to have succeeded.
    """
    is_last = moment == MOMENTS - 1
    ends = {
        "old": [(0, 1), (100, 0 if is_last else 1), (500, 0)],
        "older": [(1, 1), (700, 0 if is_last else 1)],
    }
    return {
        f"eks-{job}-{hour}": run_row(
            f"eks-{job}-{hour}",
            queued_at=START + timedelta(hours=hour),
            alias=job,
            exit_code=exit_code,
        )
        for job, runs in ends.items()
        for hour, exit_code in runs
    }


def loaded(luck: np.random.Generator, moment: int) -> dict[str, list[dict[str, Any]]]:
    """Give what is loaded at a moment, under keys that come again."""
    hours = [float(hour) for hour in luck.integers(HOURS, size=9)]
    keys = [f"key-{number}" for number in luck.integers(12, size=9)]
    rows: dict[str, dict[str, dict[str, Any]]] = {
        "landed_failure_events": {
            key: event(key, hour, pod_name=name_of(luck), is_resolved=moment % 2 == 0)
            for key, hour in zip(keys[:3], hours[:3], strict=True)
        },
        "landed_pods": {
            key: pod(key, hour, pod_name=name_of(luck), exit_code=1, phase="Failed")
            for key, hour in zip(keys[3:6], hours[3:6], strict=True)
        },
        "landed_kubernetes_events": {
            key: kubernetes_event(key, name_of(luck), hour, "OOMKilling", "too much")
            for key, hour in zip(keys[6:], hours[6:], strict=True)
        },
    }
    return {table: list(found.values()) for table, found in rows.items()}


def test_builds_by_part_equal_a_full_one(module_project: Project) -> None:
    """Late, corrected, moved and deleted runs; pods, events and histories loaded and removed."""
    luck = np.random.default_rng(17)
    project, tables = module_project, landed_tables()
    runs = {
        f"eks-{number}": run_row(
            f"eks-{number}",
            queued_at=START + timedelta(hours=int(luck.integers(HOURS))),
            alias=f"job-{number % JOBS}",
            exit_code=int(luck.integers(2)),
            instance_dns_name=f"node-{number % 3}",
            # Of half of the jobs nothing is loaded at first.
            pod_name=name_of(luck) if number % JOBS < JOBS / 2 else None,
        )
        for number in range(RUNS)
    }
    project.dbt("seed")
    counts = set()
    with project.in_environment():
        for moment in range(MOMENTS):
            for run_id in luck.choice(sorted(runs), size=6, replace=False):
                runs[run_id] = changed_run(luck, runs[run_id])
            late = START + timedelta(hours=int(luck.integers(HOURS)))
            runs[f"eks-late-{moment}"] = run_row(f"eks-late-{moment}", queued_at=late, exit_code=1)
            del runs[str(luck.choice(sorted(runs)))]
            written = [*runs.values(), *old_runs(moment).values()]
            write_raw(project.settings, written, [definition_row()])
            rows = loaded(luck, moment).items()
            land(
                project.settings,
                {tables[name]: arrow_rows(tables[name], found) for name, found in rows},
            )
            project.execute(
                "delete from headroom_landed.landed_failure_events where event_key = ("
                "select max(event_key) from headroom_landed.landed_failure_events)"
            )
            project.dbt(*WITH_WASTE)
            counts |= set(project.query("select count(*) from marts.failures__failures"))
        by_part = export_tables(project.settings, MARTS)
        project.dbt(*WITH_WASTE, "--full-refresh")
        full = export_tables(project.settings, MARTS)
    assert len(counts) > 1
    for name, lines in full.items():
        assert by_part[name] == lines, name
        assert lines, name


@pytest.mark.usually_on("duckdb")
def test_a_success_without_a_queued_moment_ends_what_failed_before_it(project: Project) -> None:
    """The run has no day, so a change of it can reach any episode."""
    runs = [
        run_row(f"eks-{hour}", queued_at=START + timedelta(hours=hour), alias="job", exit_code=1)
        for hour in (2, 4, 500)
    ]
    runs[1]["queued_at"] = None
    runs[2]["exit_code"] = 0
    project.dbt("seed")
    with project.in_environment():
        for exit_code in (1, 0):
            runs[1]["exit_code"] = exit_code
            write_raw(project.settings, runs, [definition_row()])
            project.dbt("run", *SELECTED)
    recovered = project.query("select recovered_at from marts.failures__recoveries")
    assert recovered == [(runs[1]["finished_at"],)]


# Marks a pod as changed while a model reads the pods, as a load beside a build does.
LOAD_MEANWHILE = """
    create function load_meanwhile() returns boolean language sql as $$
        insert into headroom_operations.changed_parts (part_kind, part, change_number)
        select 'pods', 'meanwhile', max(change_number) + 1
        from headroom_operations.changed_parts
        where part_kind = 'pods'
        returning true
    $$;
    create or replace view headroom_staging.stg_failures__pods as
    select pods.*
    from ({pods}) as pods
    cross join (select load_meanwhile() offset 0) as meanwhile
"""
MADE = """
    select max(change_number) from headroom_operations.made_parts
    where model_name = 'int_failures__runs_named' and part_kind = 'pods'
"""


@pytest.mark.parametrize("module_project", ["postgres"], indirect=True)
def test_what_is_loaded_beside_a_build_belongs_to_the_next_one(module_project: Project) -> None:
    """On PostgreSQL alone: a DuckDB file has one writer. It goes on from the build above."""
    project = module_project
    before = project.query(MADE)
    view = "select rtrim(pg_get_viewdef('headroom_staging.stg_failures__pods'), ';')"
    project.execute(LOAD_MEANWHILE.format(pods=project.query(view)[0][0]))
    project.dbt("run", "--select", "int_failures__runs_named")
    assert project.query(MADE) == before
    marked = "select change_number from headroom_operations.changed_parts where part = 'meanwhile'"
    assert project.query(marked) > before
