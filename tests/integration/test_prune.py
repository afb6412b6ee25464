"""Prune deletes what is older than an age, whole builds, trials and reports, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.landed import landing
from headroom.landed.contract import landed_tables
from headroom.landed.landing import Row, arrow_rows, land
from headroom.landed.prune import Pruned, cutoff, prune
from tests.support.canonical import export_tables
from tests.support.project import Project

BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
OLD = BEFORE - timedelta(microseconds=1)
YOUNG = BEFORE
TABLES = landed_tables()
SOLUTION = {"source": "s", "failure_type": "oom", "description": "d", "record_id": "r"}


def timing(number: int, param_id: str, logged_at: datetime | None, label: str = "a") -> Row:
    keys = {"timing_id": str(number), "calibration": label, "param_id": param_id}
    return {**keys, "kind": "simulation", "logged_at": logged_at}


# Rows of each table that go, and rows that stay.
GONE: dict[str, list[Row]] = {
    "landed_build_reports": [
        {"build_id": "old", "report_id": "1", "created_at": OLD},
        {"build_id": "old", "report_id": "2"},
    ],
    "landed_build_samples": [
        {"build_id": "old", "sample_index": 0, "sampled_at": OLD},
        {"build_id": "old", "sample_index": 1},
        {"build_id": "only samples", "sample_index": 0, "sampled_at": OLD},
    ],
    "landed_timings": [timing(1, "old", OLD), timing(2, "old", None)],
    "landed_payload_estimates": [{"payload_estimate_id": "1", "logged_at": OLD}],
    "landed_worker_warnings": [{"worker_warning_id": "1", "logged_at": OLD}],
    "landed_task_segments": [
        {"report_id": "old", "segment_index": index, "started_at": OLD} for index in range(3)
    ],
    "landed_failure_events": [{"event_key": "1", "occurred_at": OLD}],
    "landed_pods": [{"pod_key": "1", "created_at": OLD, "started_at": OLD}],
    "landed_jobs": [{"job_key": "1", "submitted_at": OLD, "ended_at": OLD}],
    "landed_pod_ends": [{"end_key": "1", "pod_key": "1", "ended_at": OLD}],
    "landed_kubernetes_events": [{"event_key": "k1", "first_seen_at": OLD, "last_seen_at": OLD}],
}
KEPT: dict[str, list[Row]] = {
    "landed_build_reports": [
        {"build_id": "young sample", "report_id": "1", "created_at": OLD},
        {"build_id": "young end", "report_id": "1", "created_at": OLD, "finished_at": YOUNG},
        {"build_id": "no time", "report_id": "1"},
    ],
    "landed_build_samples": [
        {"build_id": "young sample", "sample_index": 0, "sampled_at": OLD},
        {"build_id": "young sample", "sample_index": 1, "sampled_at": YOUNG},
        {"build_id": "young end", "sample_index": 0, "sampled_at": OLD},
        {"build_id": "no time", "sample_index": 0},
    ],
    "landed_timings": [
        timing(3, "mixed", OLD),
        timing(4, "mixed", YOUNG),
        timing(5, "old", YOUNG, label="b"),
        timing(6, "no time", None),
    ],
    "landed_payload_estimates": [{"payload_estimate_id": "2"}],
    "landed_worker_warnings": [{"worker_warning_id": "2", "logged_at": YOUNG}],
    "landed_task_segments": [
        {"report_id": "mixed", "segment_index": 0, "started_at": OLD},
        {"report_id": "mixed", "segment_index": 1, "started_at": YOUNG},
    ],
    "landed_failure_events": [{"event_key": "2"}, {"event_key": "k1", "occurred_at": YOUNG}],
    "landed_pods": [
        {"pod_key": "2", "created_at": OLD, "finished_at": YOUNG},
        {"pod_key": "3", "created_at": OLD},
    ],
    "landed_jobs": [{"job_key": "2", "submitted_at": OLD, "ended_at": YOUNG}],
    "landed_pod_ends": [
        {"end_key": "2", "pod_key": "2", "ended_at": OLD},
        {"end_key": "3", "pod_key": "3", "ended_at": YOUNG},
    ],
    "landed_kubernetes_events": [
        {"event_key": "1", "first_seen_at": OLD, "last_seen_at": YOUNG},
        {"event_key": "k2"},
    ],
    "landed_rejects": [{"reject_id": "1", "hook": "h", "reason": "r"}],
    "landed_failure_solutions": [{**SOLUTION, "last_used_at": OLD, "created_at": OLD}],
}
UNDATED = {
    "landed_build_reports": 1,
    "landed_build_samples": 1,
    "landed_timings": 1,
    "landed_payload_estimates": 1,
    "landed_failure_events": 1,
    "landed_kubernetes_events": 1,
    "landed_rejects": 1,
    "landed_failure_solutions": 1,
}
COUNTS = [
    Pruned(name, len(GONE.get(name, [])), len(KEPT[name]), UNDATED.get(name, 0))
    for name in sorted(TABLES)
]


def load(project: Project, *contents: dict[str, list[Row]]) -> None:
    with project.in_environment():
        for rows in contents:
            land(
                project.settings,
                {TABLES[name]: arrow_rows(TABLES[name], rows[name]) for name in rows},
            )


def landed(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_tables(project.settings, [table.relation for table in TABLES.values()])


@pytest.fixture(scope="module")
def loaded(module_project: Project) -> Iterator[Project]:
    load(module_project, KEPT)
    yield module_project


def test_every_landed_table_says_what_its_age_is() -> None:
    kinds = {name: table.columns for name, table in TABLES.items()}
    for name, table in TABLES.items():
        assert {kinds[name][column] for column in table.age_columns} <= {"timestamptz"}
        assert set(table.age_group) <= set(kinds[name])
    ageless = {name for name, table in TABLES.items() if not table.age_columns}
    assert ageless == {"landed_rejects", "landed_failure_solutions"}
    assert set(KEPT) == set(TABLES)


def test_a_dry_run_counts_what_pruning_deletes_and_nothing_else_is_touched(loaded: Project) -> None:
    kept = landed(loaded)
    load(loaded, GONE)
    everything = landed(loaded)
    with loaded.in_environment():
        assert prune(loaded.settings, BEFORE, dry_run=True) == COUNTS
        assert landed(loaded) == everything
        assert prune(loaded.settings, BEFORE, dry_run=False) == COUNTS
        assert landed(loaded) == kept
        again = prune(loaded.settings, BEFORE, dry_run=False)
    assert {row.deleted for row in again} == {0}
    load(loaded, GONE)
    assert landed(loaded) == everything


def command(project: Project, *arguments: str) -> Any:
    return project.headroom("prune", *arguments, "--target", project.engine)


def test_the_command_says_what_it_deleted(loaded: Project) -> None:
    load(loaded, GONE)
    age = ("--older-than", "2w", "--as-of", "2025-01-15T00:00:00Z")
    gone = sum(len(rows) for rows in GONE.values())
    dry = command(loaded, *age, "--dry-run")
    assert f"without --dry-run it would be {gone} rows" in dry.stdout
    assert "newest time is before 2025-01-01 00:00:00 UTC" in dry.stdout
    assert f"Deleted {gone} rows" in command(loaded, *age).stdout
    assert "Deleted 0 rows" in command(loaded, *age).stdout


@pytest.mark.parametrize("age", ["400", "0d", "-1d", "1m", "999999w", "d", ""])
def test_an_age_that_is_none_is_a_mistake_of_use(age: str) -> None:
    with pytest.raises(UsageError, match="is not an age"):
        cutoff(age, BEFORE)


def test_pruning_does_not_run_beside_a_load(
    loaded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loaded.engine == "duckdb":
        pytest.skip("a DuckDB file has one writer")
    monkeypatch.setattr(landing, "WAIT_SECONDS", 1)
    with loaded.in_environment(), psycopg.connect("") as other:
        other.execute("select pg_advisory_xact_lock(%s)", [landing.POSTGRES_LOCK])
        with pytest.raises(WarehouseUnavailableError, match="another load"):
            prune(loaded.settings, BEFORE, dry_run=False)


def test_a_warehouse_without_landed_tables(project: Project) -> None:
    project.execute("create schema something")
    with project.in_environment():
        assert prune(project.settings, BEFORE, dry_run=True) == []
        assert prune(project.settings, BEFORE, dry_run=False) == []
