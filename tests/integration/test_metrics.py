"""Metrics answer as SQL on the marts does, on both engines; percentiles of histograms are near."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import accumulate
from typing import Any

import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import get_adapter_by_type, reset_adapters
from dbt.contracts.graph.semantic_manifest import SemanticManifest
from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import AdapterBackedSqlClient
from dbt_metricflow.cli.dbt_connectors.dbt_config_accessor import dbtProjectMetadata
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from headroom.settings import PROJECT_DIR, TARGETS
from tests.conftest import MakeProject
from tests.support.parse import manifest_for
from tests.support.project import Project

TIMINGS = "samples/throughput/experiment_a.log.gz"
MONTH = "date_trunc('month', {})"
RATE = "sum({}) * 1.0 / nullif(sum({}), 0)"

# What is asked of `mf query`, and the SQL that has to give the same.
FLOTILLA = {
    "elevation by month": (
        "runs,scheduled_runs,elevated_runs,elevated_rate,elevated_ara_runs,elevated_ara_rate,"
        "elevated_request_runs,cap_runs,cap_rate,elevated_gb_hours,contaminated_runs,"
        "contaminated_rate,contaminated_gb_hours,largest_memory_mb",
        "metric_time__month",
        f"""
        select
            {MONTH.format("queued_day")}, sum(run_count), sum(scheduled_run_count),
            sum(elevated_run_count), {RATE.format("elevated_run_count", "scheduled_run_count")},
            sum(elevated_ara_run_count),
            {RATE.format("elevated_ara_run_count", "scheduled_run_count")},
            sum(elevated_run_request_count), sum(at_cap_run_count),
            {RATE.format("at_cap_run_count", "scheduled_run_count")},
            sum(elevated_gb_hours), sum(contaminated_run_count),
            {RATE.format("contaminated_run_count", "scheduled_run_count")},
            sum(contaminated_gb_hours), max(max_memory_mb)
        from marts.flotilla__elevation_daily
        group by 1
        """,
    ),
    "runs by engine": (
        "known_runs,oom_runs,oom_rate,memory_gb_hours,run_hours,run_hours_p95",
        "run__engine",
        f"""
        select
            engine, count(*), sum(is_oom::int), {RATE.format("is_oom::int", "1")},
            sum(memory_gb_hours), sum(run_hours),
            percentile_cont(0.95) within group (order by run_hours)
        from marts.flotilla__runs
        group by 1
        """,
    ),
    "hashes by definition": (
        "hashed_day_runs,command_runs,null_hash_runs,null_hash_rate,null_hash_command_runs,"
        "null_hash_command_rate,description_hash_runs,unexpected_hash_runs,unexpected_hash_rate",
        "hash_day__definition_alias",
        f"""
        select
            definition_alias, sum(run_count), sum(command_run_count), sum(null_hash_run_count),
            {RATE.format("null_hash_run_count", "run_count")}, sum(null_hash_command_run_count),
            {RATE.format("null_hash_command_run_count", "command_run_count")},
            sum(description_hash_run_count), sum(unexpected_hash_run_count),
            {RATE.format("unexpected_hash_run_count", "run_count")}
        from marts.flotilla__hash_health_daily
        group by 1
        """,
    ),
    "days without runs have sums too": (
        "runs_of_7_days",
        "metric_time__day",
        """
        select days.calendar_day, sum(elevation.run_count)
        from marts.metrics__days as days
        inner join marts.flotilla__elevation_daily as elevation
            on
                elevation.queued_day > days.calendar_day - 7
                and elevation.queued_day <= days.calendar_day
        group by 1
        """,
    ),
    "failures by type": (
        "failures,oom_failures,oom_failure_share,failed_jobs,lost_gb_hours,lost_gpu_hours",
        "failure__failure_type",
        """
        select
            failure_type, count(*), sum((failure_type = 'OOMKilled')::int),
            sum((failure_type = 'OOMKilled')::int) * 1.0 / count(*), count(distinct job_name),
            sum(lost_gb_hours), sum(lost_gpu_hours)
        from marts.failures__failures
        group by 1
        """,
    ),
    "failures of 7 days": (
        "failures_of_7_days",
        "metric_time__day",
        """
        select days.calendar_day, count(*)
        from marts.metrics__days as days
        inner join marts.failures__failures as failures
            on
                failures.failed_day > days.calendar_day - 7
                and failures.failed_day <= days.calendar_day
        group by 1
        """,
    ),
    "attempts by source": (
        "attempts,failed_attempts,failure_rate",
        "attempt__source",
        f"""
        select
            source, count(*), sum((outcome = 'failed')::int),
            {RATE.format("(outcome = 'failed')::int", "1")}
        from marts.attempts__attempts
        group by 1
        """,
    ),
    "episodes by type": (
        "episodes,open_episodes,recovery_seconds_p50",
        "episode__failure_type",
        """
        select
            failure_type, count(*), sum(is_open::int),
            percentile_cont(0.5) within group (
                order by case when is_open then null else duration_seconds end
            )
        from marts.failures__recoveries
        group by 1
        """,
    ),
    "the bill by source": (
        "held_gb_hours,used_gb_hours,over_allocated_gb_hours,lost_to_oom_gb_hours,"
        "lost_to_failure_gb_hours,unmeasured_gb_hours,wasted_gb_hours,wasted_share,"
        "unmeasured_share,memory_cost,wasted_cost",
        "waste_day__source",
        """
        select
            source, sum(memory_gb_hours), sum(used_gb_hours), sum(over_allocated_gb_hours),
            sum(lost_to_oom_gb_hours), sum(lost_to_failure_gb_hours), sum(unmeasured_gb_hours),
            sum(memory_gb_hours - used_gb_hours - reserved_gb_hours - unmeasured_gb_hours),
            sum((memory_gb_hours - used_gb_hours - reserved_gb_hours - unmeasured_gb_hours)::float8)
            / sum(memory_gb_hours),
            sum(unmeasured_gb_hours::float8) / sum(memory_gb_hours),
            sum(memory_cost),
            sum(memory_cost - used_cost - reserved_cost - unmeasured_cost)
        from marts.waste__attempts_daily
        group by 1
        """,
    ),
    "values by measure": (
        "values",
        "histogram_bin__measure",
        "select measure, sum(value_count) from marts.metrics__histograms group by 1",
    ),
}
LOGS = {
    "builds by region": (
        "builds,finished_builds,failed_builds,build_failure_rate,working_seconds,"
        "working_seconds_p95,peak_share,largest_peak_share,memory_pressure_minutes",
        "build__region",
        f"""
        select
            region, count(*), sum(is_final::int), sum((is_final and status <> 'SUCCESS')::int),
            {RATE.format("(is_final and status <> 'SUCCESS')::int", "is_final::int")},
            sum(working_seconds), percentile_cont(0.95) within group (order by working_seconds),
            avg(memory_peak_share), max(memory_peak_share), sum(memory_pressure_minutes)
        from marts.builds__builds
        group by 1
        """,
    ),
    "trials by calibration": (
        "trials,trial_ms_p50,trial_ms_p95,duplicated_mb",
        "trial__calibration",
        """
        select
            calibration, count(*), percentile_cont(0.5) within group (order by trial_ms),
            percentile_cont(0.95) within group (order by trial_ms), sum(duplicated_mb)
        from marts.throughput__trials
        group by 1
        """,
    ),
    "timings by kind": (
        "timings,stragglers,straggler_rate,busy_ms",
        "timing__kind",
        f"""
        select
            kind, count(*), sum(is_straggler::int), {RATE.format("is_straggler::int", "1")},
            sum(duration_ms)
        from marts.throughput__timings
        group by 1
        """,
    ),
    "builds by Headroom": (
        "headroom_builds,headroom_failed_builds,headroom_build_failure_rate,"
        "headroom_build_seconds,new_runs,quarantined_runs",
        "headroom_build__status",
        """
        select
            status, count(*), 0, 0.0, sum(duration_seconds), sum(new_runs), max(quarantined_runs)
        from marts.operations__builds
        group by 1
        """,
    ),
}


class Metrics:
    """What `mf query` asks, without its start of seconds: the metrics, on a project's marts."""

    def __init__(self, project: Project) -> None:
        manifest = manifest_for(project.environment())
        assert manifest
        written = SemanticManifest(manifest)._get_pydantic_semantic_manifest().json()
        parsed = parse_manifest_from_dbt_generated_manifest(manifest_json_string=written)
        metadata = dbtProjectMetadata.load_from_paths(PROJECT_DIR / "profiles", PROJECT_DIR)
        adapter = get_adapter_by_type(metadata.profile.credentials.type)
        self.engine = MetricFlowEngine(
            SemanticManifestLookup(parsed), AdapterBackedSqlClient(adapter)
        )

    def rows(self, **asked: Any) -> list[list[str]]:
        """Give what it answers, as it is compared."""
        request = MetricFlowQueryRequest.create(**asked)
        found = self.engine.query(request).result_df
        assert found
        # Ratios come last, whatever was asked for first.
        names = [*asked.get("group_by_names", ()), *asked.get("metric_names", found.column_names)]
        places = [found.column_names.index(name) for name in names]
        return sorted([comparable(row[place]) for place in places] for row in found.rows)


@contextmanager
def metrics_of(project: Project) -> Iterator[Metrics]:
    """Ask as long as the block lasts; the adapter would hold the DuckDB file longer."""
    try:
        with project.in_environment():
            yield Metrics(project)
    finally:
        reset_adapters()
        DuckDBConnectionManager.close_all_connections()


def comparable(value: Any) -> str:
    """A figure to nine digits, a moment as its day, NULL as nothing."""
    text = "" if value is None else str(value)
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text[:10] if text[4:5] == "-" and text[7:8] == "-" else text


@pytest.fixture(scope="module")
def logs(make_project: MakeProject) -> Iterator[dict[str, Project]]:
    """Builds and timings alone: nothing of Flotilla, and no failures."""
    found = {}
    with make_project("duckdb", "logs") as duckdb, make_project("postgres", "logs") as postgres:
        for project in (duckdb, postgres):
            found[project.engine] = project
            for command in (
                ("load", "build-stats", "samples/builds"),
                (
                    "load",
                    "perf-logs",
                    "--calibration",
                    "typhoid",
                    "samples/throughput/experiment_a.log.gz",
                ),
                ("build",),
            ):
                outcome = project.headroom(*command)
                assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        yield found


def test_metrics_equal_the_marts(small: Project) -> None:
    """Of runs and failures."""
    compare(small, FLOTILLA)


@pytest.mark.parametrize("engine", TARGETS)
def test_metrics_of_logs_equal_the_marts(logs: dict[str, Project], engine: str) -> None:
    """Where nothing of Flotilla is there."""
    compare(logs[engine], LOGS)


def compare(project: Project, questions: dict[str, tuple[str, str, str]]) -> None:
    """Ask both, of each question; the marts first, since a DuckDB file is opened one way."""
    expected = {
        name: sorted([comparable(value) for value in row] for row in project.query(sql))
        for name, (_, _, sql) in questions.items()
    }
    with metrics_of(project) as metrics:
        for name, (asked, group, _) in questions.items():
            answer = metrics.rows(metric_names=asked.split(","), group_by_names=[group])
            assert expected[name], name
            assert answer == expected[name], name


def test_a_saved_query_answers_as_its_metrics_do(small: Project) -> None:
    names = "runs,contaminated_gb_hours,elevated_rate,elevated_ara_rate,null_hash_rate"
    with metrics_of(small) as metrics:
        saved = metrics.rows(saved_query_name="elevation_by_week")
        assert saved == metrics.rows(
            metric_names=names.split(","), group_by_names=["metric_time__week"]
        )


def test_every_metric_is_compared() -> None:
    """A metric that nobody compares could say anything."""
    compared = {
        metric
        for questions in (FLOTILLA, LOGS)
        for metrics, _, _ in questions.values()
        for metric in metrics.split(",")
    }
    written = {
        metric["name"]
        for path in (PROJECT_DIR / "models" / "semantic").glob("*.yml")
        for metric in yaml.safe_load(path.read_text(encoding="utf-8")).get("metrics", [])
    }
    assert compared == written


@pytest.mark.parametrize("period", ["measured_day is not null", "measured_day < '2025-12-15'"])
def test_percentiles_of_any_period_are_near(small: Project, period: str) -> None:
    """Bins of days and engines, summed, give each percentile to 2%."""
    bins = small.query(
        "select bin_value, sum(value_count) from marts.metrics__histograms"
        f" where measure = 'run_ms' and {period} group by bin_value order by bin_value"
    )
    middles = [float(middle) for middle, _ in bins]
    counts = list(accumulate(int(count) for _, count in bins))
    for percent in (50, 95, 99):
        exact = small.query(
            f"select percentile_disc({percent / 100}) within group"
            " (order by cast(run_seconds * 1000 as bigint)) from marts.flotilla__runs"
            f" where run_seconds >= 0 and {period.replace('measured_day', 'queued_day')}"
        )[0][0]
        place = next(i for i, count in enumerate(counts) if 100 * count >= percent * counts[-1])
        assert exact == pytest.approx(middles[place], rel=0.02), percent


def test_bins_are_exact_at_their_edges(small: Project) -> None:
    """Whole numbers next to an edge have the bin of exact arithmetic, up to 31 years of ms."""
    ratio, numbers = Fraction(26, 25), {0, 1, 2}
    for power in range(1, 900):
        edge = math.floor(ratio**power)
        numbers |= {edge - 1, edge, edge + 1, edge + 2}
    numbers = {number for number in numbers if 0 <= number < 10**12}
    rows = ", ".join(f"({number})" for number in sorted(numbers))
    sql = f"select n, {{{{ histogram_bin('n') }}}} from (values {rows}) as numbers (n)"
    for number, found in small.query(small.compiled("--inline", sql)):
        if number == 0:
            assert found == 0
        else:
            assert ratio ** (found - 1) <= number < ratio**found, number
