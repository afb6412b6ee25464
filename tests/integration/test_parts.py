"""Parts: what changes landed rows marks the parts that it touched; each kind has its numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from headroom.landed.contract import landed_tables
from headroom.landed.landing import Row, arrow_rows, land
from headroom.landed.prune import prune
from tests.support.project import Project

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SAMPLES, WARNINGS, TIMINGS, EVENTS = (
    landed_tables()[f"landed_{name}"]
    for name in ("build_samples", "worker_warnings", "timings", "failure_events")
)
TABLES = [table for table in landed_tables().values() if table.part_kind]


def load(project: Project, table: Any, *rows: Row) -> None:
    with project.in_environment():
        land(project.settings, {table: arrow_rows(table, rows)})


def marks(project: Project, kind: str) -> list[tuple[str, int]]:
    """Each part of a kind with the number of its last change."""
    return project.query(
        "select part, max(change_number) from headroom_operations.changed_parts"
        f" where part_kind = '{kind}' group by part order by part"
    )


def sample(build: str, index: int = 0, cpu: int = 1) -> Row:
    return {"build_id": build, "sample_index": index, "cpu_pct": cpu, "sampled_at": NOW}


def timing(number: int, calibration: str) -> Row:
    return {"timing_id": f"t{number}", "kind": "simulation", "calibration": calibration}


def warning(calibration: str, logged_at: datetime | None, worker: str = "w") -> Row:
    row = {"calibration": calibration, "category": "pausing", "worker": worker}
    row["logged_at"] = logged_at  # type: ignore[assignment]
    return {**row, "worker_warning_id": WARNINGS.event_id(row, logged_at)}


def test_a_load_marks_what_is_new_or_different(project: Project) -> None:
    load(project, SAMPLES, sample("a"), sample("b"), sample("it's 100% */ x/*"))
    first = marks(project, "builds")
    assert [part for part, _ in first] == ["a", "b", "it's 100% */ x/*"]
    load(project, SAMPLES, sample("a"), sample("b"))
    assert marks(project, "builds") == first
    load(project, SAMPLES, sample("a"), sample("b", cpu=2), sample("c"))
    numbers = dict(marks(project, "builds"))
    assert numbers["a"] == dict(first)["a"]
    assert numbers["b"] == numbers["c"] > max(number for _, number in first)


def test_rows_that_are_all_new_mark_their_parts(project: Project) -> None:
    load(project, SAMPLES, sample("a"))
    load(project, SAMPLES, sample("b"))
    (_, first), (_, second) = marks(project, "builds")
    assert second > first


def test_a_row_that_moves_marks_both_parts(project: Project) -> None:
    load(project, TIMINGS, timing(1, "unlabelled"), timing(2, "unlabelled"), timing(3, "other"))
    load(project, TIMINGS, timing(1, "named"))
    numbers = dict(marks(project, "calibrations"))
    assert numbers["named"] == numbers["unlabelled"] > numbers["other"]


def test_rows_that_a_load_replaces_mark_their_parts(project: Project) -> None:
    load(project, SAMPLES, sample("a", 0), sample("a", 1), sample("b"))
    before = dict(marks(project, "builds"))
    with project.in_environment():
        scope = arrow_rows(SAMPLES, [sample("a")])[0].select(["build_id"])
        land(project.settings, {SAMPLES: arrow_rows(SAMPLES, [sample("a")])}, {SAMPLES: [scope]})
    after = dict(marks(project, "builds"))
    assert (after["a"] > before["a"], after["b"]) == (True, before["b"])


def test_an_event_with_a_time_touches_those_without_that_say_the_same(project: Project) -> None:
    load(project, WARNINGS, warning("bare", None), warning("apart", None, "other"))
    before = dict(marks(project, "calibrations"))
    load(project, WARNINGS, warning("dated", NOW), warning("dated", NOW + timedelta(1)))
    after = dict(marks(project, "calibrations"))
    assert (after["bare"] > before["bare"], after["apart"]) == (True, before["apart"])
    with project.in_environment():
        prune(project.settings, NOW + timedelta(hours=1), dry_run=False)
    pruned = dict(marks(project, "calibrations"))
    assert pruned["bare"] == pruned["dated"] > after["dated"]
    assert pruned["apart"] == after["apart"]


def test_prune_marks_what_it_deletes(project: Project) -> None:
    load(project, SAMPLES, sample("old"), {**sample("young"), "sampled_at": NOW + timedelta(2)})
    before = dict(marks(project, "builds"))
    with project.in_environment():
        prune(project.settings, NOW + timedelta(1), dry_run=True)
        assert dict(marks(project, "builds")) == before
        prune(project.settings, NOW + timedelta(1), dry_run=False)
    after = dict(marks(project, "builds"))
    assert (after["old"] > before["old"], after["young"]) == (True, before["young"])


def test_the_part_of_an_instant_is_its_day_in_utc(project: Project) -> None:
    event = {"event_key": "e", "occurred_at": NOW - timedelta(seconds=1)}
    load(project, EVENTS, event, {"event_key": "f"})
    assert [part for part, _ in marks(project, "history_days")] == ["2025-05-31", None]


def test_days_of_runs_that_an_earlier_version_marked_get_their_kind(project: Project) -> None:
    """A load of the new version may come first; the numbers stay, and of older marks the last."""
    project.execute(
        """
        create schema headroom_operations;
        create table headroom_operations.changed_parts (
            queued_day date, change_number bigint, reason text
        );
        create table headroom_operations.made_parts (model_name text, change_number bigint);
        insert into headroom_operations.changed_parts
        values (date '2025-06-01', 3, 'runs'), (null, 7, 'runs');
        insert into headroom_operations.made_parts
        values ('flotilla__runs', 5), ('flotilla__runs', 7);
        """
    )
    load(project, SAMPLES, sample("a"))
    load(project, SAMPLES, sample("a", cpu=2))
    project.dbt("seed", "--select", "landed_build_samples")
    assert project.query(
        "select part_kind, part, change_number, reason from headroom_operations.changed_parts"
        " order by part_kind, change_number"
    ) == [
        ("builds", "a", 2, "landed_build_samples"),
        ("runs", "2025-06-01", 3, "runs"),
        ("runs", None, 7, "runs"),
    ]
    assert project.query("select * from headroom_operations.made_parts") == [
        ("flotilla__runs", 7, "runs")
    ]
