"""The replay of small histories: chains, and builds that go on where the last one stopped."""

import random
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest

from tests.support.canonical import export_marts
from tests.support.project import TABLES, WITHOUT_LOGS, Project
from tests.support.raw import Row, definition_row, run_row, write_raw

START = datetime(2025, 11, 10, 12, tzinfo=UTC)  # the rule for NULL hashes changes on the 20th
HOUR = timedelta(hours=1)


def build(project: Project, runs: list[Row], definitions: list[Row], *marts: str) -> None:
    """Build these marts, or all of Flotilla's."""
    with project.in_environment():
        write_raw(project.settings, runs, definitions)
    selected = ("--select", *(f"+{mart}" for mart in marts)) if marts else WITHOUT_LOGS
    project.dbt("build", *TABLES, *selected)


def oom(run_id: str, hours: float, **columns: object) -> Row:
    return run_row(
        run_id, queued_at=START + hours * HOUR, exit_code=137, command_hash="h", **columns
    )


def test_a_chain_of_foreign_donors_is_a_lineage(project: Project) -> None:
    """1024 and 1792 MB run out of memory, 3136 MB do not; a fourth run comes too late."""
    runs = [
        oom("eks-1", 0, command="one", memory=1024),
        oom("eks-2", 2, command="two", memory=1792),
        run_row(
            "eks-3", queued_at=START + 4 * HOUR, command="three", command_hash="h", memory=3136
        ),
        run_row("eks-4", queued_at=START + 90 * HOUR, command="four", command_hash="h"),
    ]
    marts = ("flotilla__contamination_lineages", "flotilla__contaminations")
    build(project, runs, [definition_row(memory=1024)], *marts)
    lineages = project.query("""
        select leaf_run_id, root_run_id, last_donor_run_id, depth, foreign_link_count,
            distinct_commands, sized_run_count, memory_growth, is_cap_reached, is_depth_cut
        from marts.flotilla__contamination_lineages
    """)
    (*facts, growth, capped, cut) = lineages[0]
    assert facts == ["eks-3", "eks-1", "eks-2", 2, 2, 3, 1]
    assert (float(growth), capped, cut) == (3.06, False, False)
    found = project.query("""
        select recipient_run_id, donor_run_id, memory_mb, uncontaminated_memory_mb,
            cast(contaminated_gb_hours as text)
        from marts.flotilla__contaminations order by 1
    """)
    assert found == [
        # 59 minutes each
        ("eks-2", "eks-1", 1792, 1024, "0.755200"),
        ("eks-3", "eks-2", 3136, 1024, "2.076800"),
    ]


@pytest.mark.usually_on("duckdb")
def test_a_donor_loaded_late_changes_old_runs(project: Project) -> None:
    """Older than the lookback, and the day of the recipient gains no run."""
    recipient = run_row(
        "eks-2", queued_at=START + 30 * HOUR, command="two", command_hash="h", memory=1792
    )
    recent = run_row("eks-9", queued_at=START + 40 * 24 * HOUR)
    build(project, [recipient, recent], [definition_row()], "flotilla__elevation_daily")
    attribution = "select attribution from marts.flotilla__runs where run_id = 'eks-2'"
    assert project.query(attribution) == [("run_request",)]
    late = oom("eks-1", 0, command="one")
    build(project, [late, recipient, recent], [definition_row()], "flotilla__elevation_daily")
    assert project.query(attribution) == [("ara_exact",)]
    counted = "select sum(contaminated_run_count) from marts.flotilla__elevation_daily"
    assert project.query(counted)[0][0] == 1


@pytest.mark.usually_on("duckdb")
def test_a_changed_policy_changes_the_replay(project: Project) -> None:
    """A cap of 1,500 MB in the seed: the estimate of 1792 is cut."""
    runs = [
        oom("eks-1", 0, command="one"),
        run_row("eks-2", queued_at=START + 2 * HOUR, command_hash="h", memory=1500),
    ]
    build(project, runs, [definition_row()], "flotilla__runs")
    attribution = "select attribution from marts.flotilla__runs where run_id = 'eks-2'"
    assert project.query(attribution) == [("ara_mismatch",)]
    project.execute("update headroom_reference.ara_policy_versions set max_memory_mb = 1500")
    project.dbt("run", "--select", "+flotilla__runs")
    assert project.query(attribution) == [("ara_capped",)]


def random_history(seed: int) -> list[Row]:
    """Runs that share hashes, run out of memory often, wait long and end at any time."""
    rng = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(400):
        queued = START + timedelta(seconds=rng.randrange(25 * 86_400))
        started = queued + timedelta(seconds=rng.choice([0, 60, 7200, 90_000]))
        finished = started + timedelta(seconds=rng.choice([0, 600, 40_000, 200_000]))
        failed = rng.random() < 0.4
        rows.append(
            run_row(
                f"eks-{number}",
                definition_id=rng.choice(["definition-1", "definition-2", "missing"]),
                engine=rng.choice(["eks"] * 9 + ["eks-spark"]),
                queued_at=queued,
                started_at=started,
                finished_at=finished,
                exit_code=137 if failed else 0,
                command=rng.choice(["one", "two", "", None]),
                command_hash=rng.choice(["h", "h", "g", None]),
                memory=rng.choice([512, 1000, 1024, 1792, 3136, 350000]),
                gpu=rng.choice([None] * 9 + [1]),
            )
        )
    return rows


def as_known_at(rows: list[Row], moment: datetime, late: set[str]) -> list[Row]:
    """Leave out what had not happened, and the rows that are loaded late."""
    known = []
    for row in rows:
        if row["queued_at"] >= moment or row["run_id"] in late:
            continue
        if row["finished_at"] < moment:
            known.append(row)
            continue
        started = row["started_at"] if row["started_at"] < moment else None
        unknown = {"finished_at": None, "exit_code": None, "started_at": started}
        status = "RUNNING" if started else "PENDING"
        known.append({**row, **unknown, "status": status})
    return known


@pytest.mark.usually_on("duckdb")
@pytest.mark.parametrize("seed", range(hypothesis.settings().max_examples // 100))
def test_incremental_equals_full_refresh(project: Project, seed: int) -> None:
    rows = random_history(seed)
    definitions = [definition_row("definition-1"), definition_row("definition-2", memory=300)]
    late = {f"eks-{number}" for number in range(0, 400, 23)}
    for days, missing in ((9, late), (20, late), (40, set())):
        build(project, as_known_at(rows, START + timedelta(days=days), missing), definitions)
    incremental = exported(project)
    project.drop_own_schemas()
    build(project, rows, definitions)
    full = exported(project)
    assert len(full["marts.flotilla__contaminations"]) >= 5
    for name, content in full.items():
        assert sorted(set(incremental[name]) ^ set(content)) == [], name


def exported(project: Project) -> dict[str, list[tuple[str, ...]]]:
    with project.in_environment():
        return export_marts(project.settings)
