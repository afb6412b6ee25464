"""Incremental equals full refresh: over random histories, and when what models use changes."""

import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from headroom.errors import WarehouseUnavailableError
from tests.conftest import MakeProject
from tests.support.canonical import export_marts
from tests.support.parse import manifest_for
from tests.support.project import FLOTILLA, TABLES, Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

RUNS = ("build", *TABLES, "--select", "+flotilla__runs")
STATUSES = ("QUEUED", "RUNNING", "STOPPED", "NEEDS_RETRY")
HASHES = (None, "hash-1", "hash-2")


@st.composite
def run_histories(draw: st.DrawFn, number: int) -> list[Row]:
    """One run at three moments: absent (None) until it appears, then changing until STOPPED."""
    minutes = draw(st.integers(0, 40 * 24 * 60))
    fixed = {
        "queued_at": START + timedelta(minutes=minutes),
        "definition_id": f"definition-{draw(st.integers(1, 3))}",
        "command": draw(st.sampled_from([None, "", "a", "b"])),
        "command_hash": draw(st.sampled_from(HASHES)),
        "engine": draw(st.sampled_from(["eks", "eks", "eks-spark"])),
    }
    moments: list[Any] = []
    row = None
    for _ in range(3):
        if row is None or row["status"] != "STOPPED":
            status = draw(st.sampled_from([None, *STATUSES] if row is None else STATUSES))
            ended = status == "STOPPED"
            exit_code = draw(st.sampled_from([0, 1, 137])) if ended else None
            memory = draw(st.sampled_from([512, 1501, 9000])) if status != "QUEUED" else None
            finished_at = fixed["queued_at"] + timedelta(hours=draw(st.integers(1, 60)))
            changing = {"status": status, "exit_code": exit_code, "memory": memory}
            changing["finished_at"] = finished_at if ended else None
            row = run_row(f"eks-{number}", **fixed, **changing) if status else None
        moments.append(row)
    return moments


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[Row], list[Row]]]:
    """The raw tables at three moments; definitions appear, change and disappear."""
    runs = [draw(run_histories(number)) for number in range(draw(st.integers(1, 25)))]
    worlds = []
    for moment in range(3):
        definitions = [
            definition_row(f"definition-{number}", memory=draw(st.sampled_from([None, 50, 1000])))
            for number in draw(st.sets(st.integers(1, 3)))
        ]
        worlds.append(([run[moment] for run in runs if run[moment]], definitions))
    return worlds


@settings(
    # One; more where `make simulate` asks for them.
    max_examples=settings().max_examples // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(worlds=histories())
def test_incremental_builds_equal_a_full_one(
    module_project: Project, worlds: list[tuple[list[Row], list[Row]]]
) -> None:
    # The first history that is drawn is the simplest, of one run.
    assume(len(worlds[-1][0]) > 5)
    module_project.drop_own_schemas()
    with module_project.in_environment():
        for runs, definitions in worlds:
            write_raw(module_project.settings, runs, definitions)
            module_project.dbt(*FLOTILLA)
        incremental = export_marts(module_project.settings)
        module_project.dbt(*FLOTILLA, "--full-refresh")
        assert export_marts(module_project.settings) == incremental


@st.composite
def changed_histories(draw: st.DrawFn) -> list[list[Row]]:
    """The runs at five moments: late, corrected, deleted, reopened and moved ones in between."""
    runs = {
        f"eks-{number}": run_row(
            f"eks-{number}",
            queued_at=START + timedelta(hours=draw(st.integers(0, 40 * 24))),
            exit_code=draw(st.sampled_from([0, 137])),
            command=draw(st.sampled_from(["a", "b"])),
            command_hash="hash",
            memory=draw(st.sampled_from([512, 1024, 1792])),
        )
        for number in range(30)
    }
    moments = [list(runs.values())]
    for moment in range(1, 5):
        for number in range(draw(st.integers(0, 3))):
            queued_at = START + timedelta(hours=draw(st.integers(-48, 41 * 24)))
            new = run_row(f"eks-{moment}-{number}", queued_at=queued_at, exit_code=137)
            runs[new["run_id"]] = {**new, "command_hash": "hash"}
        for run_id in draw(st.lists(st.sampled_from(sorted(runs)), max_size=4, unique=True)):
            change = draw(
                st.sampled_from(
                    [
                        {"memory": None},
                        {"exit_code": 137, "memory": 4096},
                        {"status": "RUNNING", "finished_at": None, "exit_code": None},
                        {"definition_id": "definition-2"},
                        {"queued_at": None},
                        {"queued_at": START + timedelta(hours=draw(st.integers(0, 40 * 24)))},
                        {"started_at": START + timedelta(days=39)},
                    ]
                )
            )
            runs[run_id] = {**runs[run_id], **change}
        for run_id in draw(st.lists(st.sampled_from(sorted(runs)), max_size=2, unique=True)):
            del runs[run_id]
        moments.append(list(runs.values()))
    return moments


# What a killed build, a failed test or a user's choice can leave half made.
PARTLY = (
    ("run", "--select", "base_flotilla__task_pulled"),
    ("run", "--select", "base_flotilla__task_pulled", "flotilla__elevation_daily"),
    ("run", "--select", "+flotilla__runs", "--exclude", "base_flotilla__task_pulled"),
    FLOTILLA,
)


DEFINITIONS = [definition_row(), definition_row("definition-2", memory=300)]
WHOLE = (
    "insert into headroom_operations.pull_requests (is_whole, accept_from, accept_until)"
    " values (true, date '2025-01-01', date '2026-12-31')"
)
SMALL_BUDGET = (
    "update headroom_reference.pull_limits set limit_value = 5 where pull_limit = 'scrub_rows'"
)
random_histories = settings(
    max_examples=max(1, settings().max_examples // 100),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


def build_in_steps(
    project: Project, moments: list[list[Row]], steps: Sequence[Callable[[], object]]
) -> None:
    """Build the first moment, then take a step after each change; the end is a full refresh's."""
    project.drop_own_schemas()
    with project.in_environment():
        write_raw(project.settings, moments[0], DEFINITIONS)
        project.dbt(*FLOTILLA)
        for runs, step in zip(moments[1:], steps, strict=False):
            project.execute(SMALL_BUDGET)
            write_raw(project.settings, runs, DEFINITIONS)
            step()
        write_raw(project.settings, moments[-1], DEFINITIONS)
        project.execute(WHOLE)
        project.dbt(*FLOTILLA)
        incremental = export_marts(project.settings)
        found = project.query("select run_id from marts.flotilla__runs")
        assert {run_id for (run_id,) in found} == {run["run_id"] for run in moments[-1]}
        project.dbt(*FLOTILLA, "--full-refresh")
        assert export_marts(project.settings) == incremental


@pytest.mark.long
@random_histories
@given(moments=changed_histories(), partly=st.lists(st.sampled_from(PARTLY), min_size=4))
def test_what_was_half_made_is_made_whole(
    module_project: Project, moments: list[list[Row]], partly: list[tuple[str, ...]]
) -> None:
    """Builds in parts, over changes of any age and within a small budget of the scrub."""
    assume(len(set(partly)) > 1)
    build_in_steps(
        module_project, moments, [partial(module_project.dbt, *command) for command in partly]
    )


# A killed build is killed while it makes one of these, or soon afterwards.
KILLED_AT = (
    "base_flotilla__task_pulled",
    "int_flotilla__hash_commands_daily",
    "flotilla__runs",
    "flotilla__allocation_daily",
    "flotilla__hash_health_daily",
)
MOST_SECONDS = 300
# One where each test is to be short.
MOST_KILLS = max(1, settings().max_examples // 250)


def kill_a_build(project: Project, model: str, seconds: float) -> None:
    """Start `headroom build`, and kill it and dbt so many seconds after a model was begun."""
    log = Path(project.variables["DBT_TARGET_PATH"]) / "killed" / "dbt.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text("")
    process = subprocess.Popen(
        [sys.executable, "-m", "headroom.cli", "build"],
        env={
            **project.environment(),
            "DBT_LOG_PATH": str(log.parent),
            "DBT_LOG_LEVEL_FILE": "debug",
        },
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    begun = f"Began running node model.headroom.{model}"
    wait_until(lambda: process.poll() is not None or begun in log.read_text(encoding="utf-8"))
    assert process.poll() is None
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    # dbt may hold a DuckDB file for some milliseconds more.
    wait_until(lambda: can_be_opened(project))


def can_be_opened(project: Project) -> bool:
    try:
        return project.query("select 1") == [(1,)]
    except WarehouseUnavailableError:
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.usually_on("postgres")
@random_histories
@given(
    moments=changed_histories(),
    kills=st.lists(
        st.tuples(st.sampled_from(KILLED_AT), st.floats(0, 0.5)), min_size=1, max_size=MOST_KILLS
    ),
)
def test_a_killed_build_loses_nothing(
    module_project: Project, moments: list[list[Row]], kills: list[tuple[str, float]]
) -> None:
    """Killed as a process, while it makes a model; the next build makes up for it."""
    assume(kills[0][1] > 0)
    assume(all(runs != after for runs, after in itertools.pairwise(moments)))
    build_in_steps(
        module_project, moments, [partial(kill_a_build, module_project, *kill) for kill in kills]
    )


@pytest.mark.usually_on("duckdb")
def test_a_change_of_a_threshold_rebuilds_the_past(module_project: Project) -> None:
    module_project.drop_own_schemas()
    old = run_row("eks-1", memory=1700)
    new = run_row("eks-2", memory=1700, queued_at=START + timedelta(days=60))
    elevated = "select run_id, is_elevated from marts.flotilla__runs order by run_id"
    with module_project.in_environment():
        write_raw(module_project.settings, [old, new], [definition_row(memory=1000)])
        module_project.dbt(*RUNS)
        assert module_project.query(elevated) == [("eks-1", True), ("eks-2", True)]
        module_project.execute(
            "update headroom_reference.thresholds set threshold_value = 2"
            " where threshold = 'elevation_ratio'"
        )
        module_project.dbt("run", "--select", "+flotilla__runs")
    assert module_project.query(elevated) == [("eks-1", False), ("eks-2", False)]


def test_a_changed_macro_rebuilds_the_past(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which engine it is does not matter: dbt's graph says which macros a model uses."""

    def changed(environment: Mapping[str, str]) -> Manifest | None:
        manifest = manifest_for(environment)
        assert manifest
        macro = manifest.macros["macro.headroom.is_oom"]
        macro.macro_sql = macro.macro_sql.replace("137", "138")
        return manifest

    old = run_row("eks-1", exit_code=137)
    new = run_row("eks-2", exit_code=137, queued_at=START + timedelta(days=60))
    with make_project("duckdb", "macro") as project, project.in_environment():
        write_raw(project.settings, [old, new], [definition_row()])
        oom_runs = "select run_id from marts.flotilla__runs where is_oom order by run_id"
        project.dbt(*RUNS)
        assert project.query(oom_runs) == [("eks-1",), ("eks-2",)]
        monkeypatch.setattr("tests.support.in_process.manifest_for", changed)
        project.dbt(*RUNS)
        assert project.query(oom_runs) == []


@pytest.mark.usually_on("postgres")
def test_without_a_change_no_day_is_made_again(module_project: Project) -> None:
    """What makes a build with nothing new quick: no day is made again."""
    module_project.drop_own_schemas()
    old = run_row("eks-1", memory=1700)
    new = run_row("eks-2", memory=1700, queued_at=START + timedelta(days=60))
    mark = "update marts.flotilla__runs set user_name = 'left as it is'"
    with module_project.in_environment():
        write_raw(module_project.settings, [old, new], [definition_row()])
        module_project.dbt(*RUNS)
        module_project.execute(mark)
        module_project.dbt(*RUNS)
        new["memory"] = 1800
        write_raw(module_project.settings, [old, new], [definition_row()])
        module_project.dbt(*RUNS)
    found = module_project.query("select run_id, user_name from marts.flotilla__runs order by 1")
    assert found == [("eks-1", "left as it is"), ("eks-2", None)]


@pytest.mark.usually_on("postgres")
def test_the_baseline_of_a_run_is_that_of_its_time(module_project: Project) -> None:
    """Needs a run queued after the first snapshot, so its queue time is taken from the snapshot."""
    module_project.drop_own_schemas()
    with module_project.in_environment():
        write_raw(module_project.settings, [run_row("eks-1")], [definition_row(memory=1000)])
        module_project.dbt(*RUNS)
        snapshot = "headroom_snapshots.flotilla__definitions_snapshot"
        (first,) = module_project.query(f"select dbt_valid_from from {snapshot}")[0]
        between = first.replace(tzinfo=START.tzinfo) + timedelta(microseconds=1)
        runs = [run_row("eks-1"), run_row("eks-2", queued_at=between)]
        write_raw(module_project.settings, runs, [definition_row(memory=4000)])
        module_project.dbt(*RUNS)
        (second,) = module_project.query(f"select max(dbt_valid_from) from {snapshot}")[0]
        after = second.replace(tzinfo=START.tzinfo) + timedelta(microseconds=1)
        runs.append(run_row("eks-3", queued_at=after))
        write_raw(module_project.settings, runs, [])
        module_project.dbt(*RUNS)
    found = module_project.query(
        "select run_id, baseline_memory_mb, baseline_source from marts.flotilla__runs order by 1"
    )
    assert found == [
        ("eks-1", 1000, "earliest_known"),
        ("eks-2", 1000, "as_of_run"),
        ("eks-3", 4000, "as_of_run"),
    ]


# Lines below a subplan are further in than its own.
LOOKUP_IN_A_CTE = r"\n( *)SubPlan \d+(\n\1 .*)*CTE Scan"


def test_no_plan_of_an_incremental_build_searches_a_list_for_every_row(
    make_project: MakeProject,
) -> None:
    """PostgreSQL hashes a list in a condition only while it is small ("hashed SubPlan").

    A larger one it would search from its beginning for every row; no plan may hold one. A subplan
    of another kind looks one row up: in an index, so not in a CTE, which has none.
    """
    runs = [run_row(f"eks-{day}", queued_at=START + timedelta(days=day)) for day in range(20)]
    plans = {}
    with make_project("postgres", "plans") as project, project.in_environment():
        write_raw(project.settings, runs, [definition_row()])
        project.dbt(*FLOTILLA)
        write_raw(project.settings, [*runs, run_row("eks-late")], [definition_row()])
        project.dbt(*FLOTILLA)
        compiled = Path(project.environment()["DBT_TARGET_PATH"]) / "compiled"
        for path in sorted(compiled.rglob("models/**/*.sql")):
            plan = project.query(f"explain {path.read_text(encoding='utf-8')}")
            plans[path.stem] = "\n".join(line for (line,) in plan)
    assert {"base_flotilla__task_pulled", "flotilla__runs"} <= set(plans)
    assert [name for name, plan in plans.items() if re.search("ANY .*SubPlan", plan)] == []
    assert [name for name, plan in plans.items() if re.search(LOOKUP_IN_A_CTE, plan)] == []
