"""Every domain on its own: what is not there is left out, and what was there is not forgotten."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import md5

import pytest

from headroom.domains import DOMAINS
from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project
from tests.support.raw import START, definition_row, run_row, write_raw

# As the source wrote it then: runs of one description have one hash, whatever their command.
SHARED = {"description": "train", "command_hash": md5(b"train", usedforsecurity=False).hexdigest()}
RUNS = [
    run_row("eks-1", command="train --epochs 3", exit_code=137, **SHARED),
    run_row(
        "eks-2",
        queued_at=START + timedelta(hours=2),
        command="train --epochs 4",
        memory=1792,
        **SHARED,
    ),
    run_row("eks-3", queued_at=START + timedelta(days=2), memory=4096),
]


def exported(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


# The run grain, a day grain and the snapshot: a third of Flotilla's tables.
DAYS = ("build", *TABLES, "--select", "+flotilla__elevation_daily")


@pytest.mark.usually_on("postgres")
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
    for lost, reader in (("task_def", "task_pulled"), ("task", "task")):
        project.execute(f"drop table flotilla.{lost} cascade")
        statuses = project.dbt(*DAYS, "--full-refresh", succeeds=False)
        assert statuses[f"base_flotilla__{reader}"] == "error"
    assert exported(project) == grown
    kept = "select count(*) from headroom_snapshots.flotilla__definitions_snapshot"
    assert project.query(f"{kept} where dbt_valid_to is null") == [(1,)]


def load_raw(project: Project) -> None:
    with project.in_environment():
        write_raw(project.settings, RUNS, [definition_row()])


def load_with(*arguments: str) -> Callable[[Project], None]:
    def load(project: Project) -> None:
        *command, sample = arguments
        outcome = project.headroom("load", *command, str(PROJECT_DIR / "samples" / sample))
        assert outcome.returncode == 0, outcome.stderr

    return load


LOADS: dict[str, Callable[[Project], None]] = {
    "flotilla": load_raw,
    "builds": load_with("build-stats", "builds/build-9f8e7d6c.json"),
    "failures": load_with("failures", "failures/history.db"),
    "throughput": load_with("perf-logs", "throughput/reported_run.log"),
}
# What Flotilla brings beside its own marts.
ALSO = {"flotilla": {"failures"}}
ASKED = {"flotilla": ["report", "impact"], "failures": ["failures", "stats"]}


def mart_domains(project: Project) -> set[str]:
    """Give the domains that have marts; attempts are a fact of failures, metrics of any domain."""
    found = project.query(
        "select distinct split_part(table_name, '__', 1) from information_schema.tables"
        " where table_schema = 'marts'"
        " and split_part(table_name, '__', 1) not in ('operations', 'metrics')"
    )
    return {name.replace("attempts", "failures") for (name,) in found}


def built_alone(project: Project, domain: str) -> None:
    """Load one domain into an empty database, and build it."""
    LOADS[domain](project)
    outcome = project.headroom("build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    built = {domain} | ALSO.get(domain, set())
    for name in DOMAINS:
        assert (f"Left out: {name} (" in outcome.stdout) == (name not in built)
    assert "headroom fleet" not in outcome.stdout
    more = {folder for name in built for folder in DOMAINS[name].more}
    assert mart_domains(project) == built | more
    assert project.query(f"select count(*) from marts.{DOMAINS[domain].mart}") > [(0,)]
    assert project.headroom("doctor").returncode == 0
    for name, command in ASKED.items():
        asked = project.headroom(*command)
        assert asked.returncode == (0 if name in built else 5), asked.stderr
        assert name in built or f"the domain {name} has no data here" in asked.stderr
        assert "Traceback" not in asked.stderr
    # A history alone has failures, and no attempts that could waste anything.
    assert shown_in_page(project) - more == built | {"operations"}


def shown_in_page(project: Project) -> set[str]:
    """Give the domains that have figures in the page; of the others it says what to load."""
    file = project.settings.duckdb_path.with_name("report.html")
    outcome = project.headroom("report", "html", "--output", str(file))
    assert outcome.returncode == 0, outcome.stderr
    parts = re.split('<section id="', file.read_text(encoding="utf-8"))[1:]
    shown = {part.partition('"')[0]: "<figure" in part for part in parts}
    assert all("Nothing to show: " in part for part in parts[1:] if "<figure" not in part)
    assert shown["hashes"] == shown["memory"]
    named = {name for name, has_figures in shown.items() if has_figures}
    return {"flotilla" if name == "memory" else name for name in named - {"hashes"}}


ALONE = [("duckdb", "failures"), ("duckdb", "throughput"), ("postgres", "builds")]


@pytest.mark.parametrize(("target", "domain"), ALONE)
def test_a_domain_is_built_alone(target: str, domain: str, make_project: MakeProject) -> None:
    with make_project(target, "test") as project:
        built_alone(project, domain)


@pytest.mark.long
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_is_built_alone(domain: str, project: Project) -> None:
    built_alone(project, domain)


@pytest.mark.long
@pytest.mark.parametrize("domain", DOMAINS)
def test_plain_dbt_builds_everything_around_one_domain(domain: str, project: Project) -> None:
    LOADS[domain](project)
    statuses = project.dbt("build")
    assert set(statuses.values()) <= {"success", "pass", "no-op"}
    assert mart_domains(project) == set(DOMAINS)
    assert project.query(f"select count(*) from marts.{DOMAINS[domain].mart}") > [(0,)]
    # What plain dbt built over nothing was not read: it is left out, not lost.
    outcome = project.headroom("build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "Left out: " in outcome.stdout


@pytest.mark.usually_on("duckdb")
def test_what_is_lost_or_named_ends_with_3_after_the_others(project: Project) -> None:
    load_raw(project)
    project.dbt(*DAYS)
    kept = exported(project)
    assert len(kept["marts.flotilla__runs"]) == len(RUNS)
    for table in ("task", "task_def"):
        project.execute(f"drop table flotilla.{table} cascade")
    LOADS["builds"](project)
    named = {**project.variables, "HEADROOM_DOMAINS": "builds,throughput"}
    outcome = replace(project, variables=named).headroom("build")
    assert outcome.returncode == 3, outcome.stdout + outcome.stderr
    assert "Building builds" in outcome.stdout
    told = " ".join(outcome.stderr.split())
    assert "flotilla.task and flotilla.task_def were read by an earlier build and are gone" in told
    assert "HEADROOM_DOMAINS names throughput, but no timing logs" in told
    after = exported(project)
    assert {name: after[name] for name in kept} == kept
    assert project.query("select count(*) from marts.builds__builds") == [(1,)]
    assert project.headroom("doctor").returncode == 5

    # A landed table that is gone is not made again as an empty one.
    project.execute("drop table headroom_landed.landed_build_samples cascade")
    statuses = project.dbt("seed", "--select", "landed_build_samples", succeeds=False)
    assert statuses == {"landed_build_samples": "error"}
    outcome = project.headroom("build")
    assert outcome.returncode == 3
    assert "headroom_landed.landed_build_samples was read" in " ".join(outcome.stderr.split())


def test_nothing_to_build_is_said(project: Project) -> None:
    outcome = project.headroom("build")
    assert outcome.returncode == 3
    assert "no domain has data" in outcome.stderr
    assert "headroom load build-stats" in outcome.stderr


def test_a_table_that_may_not_be_read_is_not_taken_for_missing(make_project: MakeProject) -> None:
    with make_project("postgres", "test") as project:
        load_raw(project)
        role = f"reader_{project.variables['PGDATABASE']}"
        project.execute(
            f"create role {role} login; grant create on database"
            f" {project.variables['PGDATABASE']} to {role};"
            f" grant usage on schema flotilla to {role};"
            f" grant select on flotilla.task_def to {role}"
        )
        try:
            reader = replace(project, variables={**project.variables, "PGUSER": role})
            outcome = reader.headroom("build")
            told = " ".join(outcome.stderr.split())
            assert outcome.returncode == 3, told
            assert "flotilla.task may not be read by this user" in told
            assert "grant usage on schema flotilla, and select on flotilla.task" in told
        finally:
            project.execute(f"drop owned by {role}; drop role {role}")
