"""The small fleet holds everything that marts tell apart; both engines say the same of it.

The long tests of test_reference.py ask most of this of the reference fleet too.
"""

import subprocess
import sys

import pytest

from headroom.alerts.state import STEPS_SCHEMA, TROUBLES
from headroom.report import REPORTS
from headroom.settings import PROJECT_DIR, TARGETS
from headroom.warehouse import open_warehouse
from tests.support.canonical import export_marts
from tests.support.project import FLOTILLA, Project
from tests.support.small_fleet import SECRETS

# What one run of flotilla__runs shows.
KINDS = {
    **{
        f"attribution {name}": f"attribution = '{name}'"
        for name in (
            "unscheduled",
            "not_eligible",
            "gpu_request",
            "ara_capped",
            "ara_exact",
            "ara_in_interval",
            "ara_mismatch",
            "floor",
            "default",
            "run_request",
        )
    },
    **{
        f"origin {origin}, {when} the fix": f"hash_origin = '{origin}' and {sign} is_after_hash_fix"
        for origin in ("command", "description", "client", "null")
        for when, sign in (("before", "not"), ("after", ""))
    },
    **{
        f"status {status}": f"status = '{status}'"
        for status in ("QUEUED", "PENDING", "RUNNING", "STOPPED", "NEEDS_RETRY")
    },
    **{
        f"policy {name}": f"policy_version = '{name}'"
        for name in (
            "description_hash",
            "null_matches_definition",
            "command_hash",
            "command_hash_cap_248gb",
            "command_hash_spark_description",
            "command_hash_cap_350gb",
        )
    },
    **{
        f"OOM by {evidence}": f"oom_evidence = '{evidence}'"
        for evidence in ("both", "exit_code", "exit_reason")
    },
    "other failure": "exit_code = 1 and not is_oom",
    "deadline": "exit_reason like '%deadline%'",
    "open, older than the lookback": "status = 'RUNNING' and queued_at < '2025-12-31'",
    "contaminated": "is_contaminated",
    "elevated by its own donors": "is_elevated and own_donor_count > 0 and not is_contaminated",
    "elevated, ARA asked for": "is_elevated_ara_enabled",
    "foreign donors, not contaminated": "foreign_donor_count > 0 and not is_contaminated",
    "at the cap": "is_at_cap",
    "more donors than are read": "certain_donor_count > 30",
    "possible donors": "possible_donor_count > 0",
    "lowered by ARA": "memory_limit_mb > memory_mb",
    "peak known": "peak_memory_mb is not null",
    "peak unknown": "status = 'STOPPED' and peak_memory_mb is null",
    "eks-spark": "engine = 'eks-spark'",
    "GPU": "gpu_count > 0",
    "definition missing": "is_definition_missing",
    "unknown status": "is_status_unknown",
    "unknown engine": "is_engine_unknown",
    "clock skew": "has_clock_skew",
    "never queued": "queued_at is null",
    "spot": "node_lifecycle = 'spot'",
    "on demand": "node_lifecycle = 'ondemand'",
}
# What other tables show, each as a count of rows.
ELSEWHERE = {
    "pod events": "flotilla.task where pod_events is not null",
    "empty command": "flotilla.task where command = ''",
    "NULL command": "flotilla.task where command is null",
    "NULL description": "flotilla.task where description is null",
    "definition without a run": "flotilla.task_def where definition_id not in "
    "(select definition_id from flotilla.task where definition_id is not null)",
    "chain of several links": "marts.flotilla__contamination_lineages where depth > 2",
    "shared hash": "marts.flotilla__shared_hashes",
    "covered runs": "marts.flotilla__hash_key_frontier where covered_run_count > 0",
    "starved runs": "marts.flotilla__hash_key_frontier where covered_run_count < run_count",
    "cold starts": "marts.flotilla__hash_key_frontier where cold_start_oom_count > 0",
    "recovery": "marts.failures__recoveries where not is_open",
    "open episode": "marts.failures__recoveries where is_open",
}


def test_every_kind_of_run_occurs(small: Project) -> None:
    counts = [f"count(*) filter (where {kind}) as c" for kind in KINDS.values()]
    ((run_count, *found),) = small.query(
        f"select count(*), {', '.join(counts)} from marts.flotilla__runs"
    )
    found += [small.query(f"select count(*) from {rows}")[0][0] for rows in ELSEWHERE.values()]
    names = [*KINDS, *ELSEWHERE]
    assert [name for name, count in zip(names, found, strict=True) if not count] == []
    assert 4_500 < run_count < 6_000


def marts_of(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


@pytest.fixture(scope="module")
def marts(small_projects: dict[str, Project]) -> dict[str, dict[str, list[str]]]:
    """Every mart of each engine, read once."""
    return {target: marts_of(project) for target, project in small_projects.items()}


def test_both_engines_give_equal_marts(marts: dict[str, dict[str, list[str]]]) -> None:
    assert marts["duckdb"].keys() == marts["postgres"].keys()
    for name, rows in marts["duckdb"].items():
        # A landed log fills these.
        assert rows or name.startswith(("marts.builds__", "marts.throughput__")), name
        assert rows == marts["postgres"][name], name


def test_no_secret_reaches_a_mart(marts: dict[str, dict[str, list[str]]]) -> None:
    for of_engine in marts.values():
        for name, rows in of_engine.items():
            assert not any(secret in row for row in rows for secret in SECRETS), name


@pytest.mark.parametrize("name", REPORTS)
def test_both_engines_give_equal_reports(small_projects: dict[str, Project], name: str) -> None:
    printed = []
    for target in TARGETS:
        outcome = small_projects[target].headroom("report", name)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        assert not any(secret in outcome.stdout for secret in SECRETS)
        # When a build ended is of the build, not of the data.
        lines = outcome.stdout.splitlines()
        printed.append([line for line in lines if not line.startswith("Made through build")])
    assert printed[0] == printed[1]


def test_the_replay_report_names_causes(small: Project) -> None:
    assert "ara_capped" in small.headroom("report", "replay").stdout
    assert small.headroom("report", "replay", "--check").returncode == 2


def test_an_early_moment_shows_nothing_later(small: Project) -> None:
    outcome = small.headroom("report", "impact", "--as-of", "2025-12-10T12:00:00Z")
    assert outcome.returncode == 0
    assert "2025-12-10" in outcome.stdout
    assert "2025-12-11" not in outcome.stdout


def test_a_run_that_is_not_there_is_named(small: Project) -> None:
    outcome = small.headroom("explain", "eks-nobody")
    assert outcome.returncode == 2
    assert "there is no run eks-nobody" in outcome.stderr


def test_marts_carry_their_descriptions(small: Project) -> None:
    if small.engine == "duckdb":
        sql = "select comment from duckdb_tables() where schema_name = 'marts'"
    else:
        sql = (
            "select obj_description(c.oid) from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname = 'marts' and c.relkind = 'r'"
        )
    comments = [row[0] for row in small.query(sql)]
    assert len(comments) >= 5
    assert all(comment and comment.startswith("Grain: ") for comment in comments)


def test_a_plain_client_reads_the_duckdb_file(small_projects: dict[str, Project]) -> None:
    """Without Headroom, and as long as nobody writes."""
    file = small_projects["duckdb"].settings.duckdb_path
    client = f"""
import duckdb
marts = duckdb.connect({str(file)!r}, read_only=True)
print(marts.sql("select count(*) from marts.flotilla__runs").fetchall())
columns = "from duckdb_columns() where schema_name = 'marts'"
print(marts.sql(f"select count(*) > 100, count(*) = count(comment) {{columns}}").fetchall())
marts.sql("delete from marts.flotilla__runs")
"""
    outcome = subprocess.run(
        [sys.executable, "-c", client], capture_output=True, text=True, check=False
    )
    (counted,) = small_projects["duckdb"].query("select count(*) from marts.flotilla__runs")
    assert outcome.stdout.splitlines() == [f"[({counted[0]},)]", "[(True, True)]"]
    assert "read-only mode" in outcome.stderr


def test_a_build_with_nothing_new_changes_nothing(
    small: Project, marts: dict[str, dict[str, list[str]]]
) -> None:
    """All of Flotilla's tables; the odd runs among them are read again each time."""
    small.dbt(*FLOTILLA)
    assert marts_of(small) == marts[small.engine]


def test_alerts_are_read_from_every_model_of_troubles(small: Project) -> None:
    """An ephemeral model would be no relation, and its troubles no alerts."""
    models = {path.stem for path in (PROJECT_DIR / "models").rglob("int_*__troubles_found.sql")}
    with small.in_environment(), open_warehouse(small.settings, read_only=True) as warehouse:
        assert models == set(TROUBLES)
        assert models <= warehouse.readable(STEPS_SCHEMA)


def test_the_bill_of_flotilla_is_that_of_its_runs(small: Project) -> None:
    """Of runs that ended after they started; contaminated is a share of over-allocated."""
    ((expected, ooms),) = small.query(
        "select sum(memory_gb_hours), sum(memory_gb_hours) filter (where is_oom)"
        " from marts.flotilla__runs"
        " where memory_gb_hours > 0 and (is_final or status = 'NEEDS_RETRY')"
    )
    ((memory, lost_to_oom, over_allocated, contaminated, unpriced),) = small.query(
        "select sum(memory_gb_hours), sum(lost_to_oom_gb_hours), sum(over_allocated_gb_hours),"
        " sum(contaminated_gb_hours), count(*) filter (where memory_cost is null)"
        " from marts.waste__attempts_daily where submitted_day is not null"
    )
    ((undated,),) = small.query(
        "select coalesce(sum(memory_gb_hours), 0) from marts.waste__attempts_daily"
        " where submitted_day is null"
    )
    assert memory + undated == expected
    assert lost_to_oom == ooms
    assert 0 < contaminated < over_allocated
    assert unpriced == 0
