"""Nodes and images with evidence: what is flagged, what stays below, and what cannot be told."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from headroom.loads.failures import Options, load_failures
from headroom.settings import PROJECT_DIR, TARGETS
from tests.conftest import MakeProject
from tests.support.canonical import export_tables
from tests.support.histories import (
    Cluster,
    Columns,
    Shape,
    attempts_of,
    concentrated,
    planted,
    single_home,
    summary,
)
from tests.support.project import Project
from tests.support.raw import Row, definition_row, run_row, write_raw

SAMPLES = PROJECT_DIR / "samples" / "failures"
MARTS = ["marts.failures__nodes", "marts.failures__images"]
MODELS = "+failures__nodes +failures__images"


def runs() -> Iterator[Row]:
    """Give runs of twelve nodes, of which node-11 fails often, next to the sample's pods."""
    start = run_row("")["queued_at"].replace(year=2026, month=1, day=10)
    for place in range(480):
        node, job = place % 12, place // 12 % 7
        often = 2 if node == 11 else 9
        yield run_row(
            f"eks-{place}",
            queued_at=start + timedelta(minutes=37 * place),
            group_name=f"lab-{place % 5 // 2}",
            image=f"lab:{place % 7 % 3}",
            alias=f"job-{job}",
            user=f"user-{job % 3}",
            instance_dns_name=f"node-{node:02d}",
            exit_code=int(place * 7919 // 12 % often == 0),
        )
    for place in range(30):
        yield run_row(
            f"eks-alone-{place}",
            queued_at=start + timedelta(hours=place),
            group_name="lab-alone",
            image="lab:alone",
            alias=f"job-{place}",
            user=f"user-{place}",
            instance_dns_name="node-alone",
            exit_code=int(place % 2 == 0),
        )
    yield run_row("eks-unknown", queued_at=start, instance_dns_name="unknown", exit_code=1)
    yield run_row("eks-open", queued_at=start, instance_dns_name="node-00", status="RUNNING")


@pytest.fixture(scope="module")
def both(
    both_projects: dict[str, Project],
) -> dict[str, Project]:
    """The check history and the runs of twelve nodes, built on both engines."""
    for project in both_projects.values():
        with project.in_environment():
            write_raw(project.settings, list(runs()), [definition_row()])
            load_failures(project.settings, [str(SAMPLES)], Options())
        project.dbt("seed")
        project.dbt("run", "--select", *MODELS.split())
    return both_projects


def test_both_engines_hold_the_same(both: dict[str, Project]) -> None:
    exports = {}
    for target, project in both.items():
        with project.in_environment():
            exports[target] = export_tables(project.settings, MARTS)
    assert exports["duckdb"] == exports["postgres"]
    assert all(len(lines) > 10 for lines in exports["duckdb"].values())


def test_the_published_nodes_are_flagged_and_their_image_is_not(both: dict[str, Project]) -> None:
    found = both["duckdb"].query(
        "select node_name, attempt_count, failed_attempt_count, failed_job_count, is_flagged"
        " from marts.failures__nodes where failure_rate > 0.55 order by node_name"
    )
    assert found == [("gpu-node-03", 16, 12, 8, True), ("gpu-node-07", 10, 6, 4, True)]
    image = "select is_flagged from marts.failures__images where image like 'pytorch%2.0-cuda11.8'"
    assert both["duckdb"].query(image) == [(False,)]


def test_a_bad_node_is_flagged_and_one_without_comparison_is_not(
    both: dict[str, Project],
) -> None:
    found = both["duckdb"].query(
        "select node_name, is_flagged, attempts_compared_by_all, failure_ratio > 2"
        " from marts.failures__nodes where node_name in ('node-11', 'node-alone')"
        " order by node_name"
    )
    assert found == [("node-11", True, 0, True), ("node-alone", False, 30, True)]


def test_unknown_is_no_node_and_open_attempts_do_not_count(both: dict[str, Project]) -> None:
    found = both["duckdb"].query(
        "select count(*) filter (where node_name in ('', 'unknown')),"
        " sum(attempt_count) filter (where node_name = 'node-00') from marts.failures__nodes"
    )
    assert found == [(0, 40)]


def test_failures_without_attempts_have_counts_and_no_rate(both: dict[str, Project]) -> None:
    project = both["duckdb"]
    project.execute(
        "update marts.failures__failures set node_name = 'node-of-old'"
        " where failure_id = (select min(failure_id) from marts.failures__failures"
        " where attempt_id is null and failed_day >= date '2026-01-01')"
    )
    project.dbt("run", "--select", "int_failures__subjects_blamed+1")
    found = project.query(
        "select denominator, failure_count, lone_failure_count, attempt_count, failure_rate,"
        " p_value, is_tested, is_flagged from marts.failures__nodes"
        " where node_name = 'node-of-old'"
    )
    assert found == [("unknown", 1, 1, None, None, None, False, False)]


def odds_ratio(cells: list[tuple[str, str, int, int]], subject: str) -> tuple[float, ...]:
    """Give the Mantel-Haenszel ratio and its interval as the papers write them."""
    total_n: Counter[str] = Counter()
    total_f: Counter[str] = Counter()
    for _, stratum, n, f in cells:
        total_n[stratum] += n
        total_f[stratum] += f
    r = s = pr = mixed = qs = 0.0
    for name, stratum, n, f in cells:
        size = total_n[stratum]
        if name != subject or size == n:
            continue
        a, b, c = f, n - f, total_f[stratum] - f
        d = size - n - c
        p, q = (a + d) / size, (b + c) / size
        r += a * d / size
        s += b * c / size
        pr += p * a * d / size
        mixed += (p * b * c + q * a * d) / size
        qs += q * b * c / size
    spread = math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s))
    z = float(stats.norm.ppf(0.975))
    return r / s, r / s * math.exp(-z * spread), r / s * math.exp(z * spread)


def test_the_odds_ratio_is_that_of_the_papers(both: dict[str, Project]) -> None:
    project = both["duckdb"]
    cells = project.query(
        "select node_name, image, count(*), count(*) filter (where outcome = 'failed')"
        " from marts.attempts__attempts"
        " where node_name like 'node-%' and outcome <> 'open' group by node_name, image"
    )
    for place in ("node-11", "node-03"):
        (found,) = project.query(
            "select odds_ratio, odds_ratio_low, odds_ratio_high from marts.failures__nodes"
            f" where node_name = '{place}'"
        )
        assert found == pytest.approx(odds_ratio(cells, place), rel=1e-9)


@pytest.fixture(scope="module")
def clusters(make_project: MakeProject) -> Iterator[dict[str, Cluster]]:
    with ExitStack() as stack:
        projects = {
            target: stack.enter_context(make_project(target, "cluster")) for target in TARGETS
        }
        clusters = {target: Cluster(project) for target, project in projects.items()}
        for cluster in clusters.values():
            stack.enter_context(cluster.warehouse)
        yield clusters


@pytest.fixture(scope="module")
def cluster(clusters: dict[str, Cluster]) -> Cluster:
    return clusters["duckdb"]


SCENARIOS = {
    "no bad node": (attempts_of, Shape()),
    "many small nodes": (attempts_of, Shape(200, 10)),
    "a bad node": (planted, Shape()),
    "a bad node, few fail": (planted, Shape(base=0.02)),
    "a failing project on five nodes": (concentrated, Shape()),
    "a failing project on one node": (single_home, Shape()),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_engines_judge_a_random_history_alike(
    clusters: dict[str, Cluster], scenario: str
) -> None:
    history, shape = SCENARIOS[scenario]
    generator = np.random.default_rng(5)
    columns = history(shape, generator)
    failed = generator.random(len(columns["chance"])) < columns["chance"]
    judged = {target: cluster.blamed(columns, failed) for target, cluster in clusters.items()}
    assert judged["duckdb"].keys() == judged["postgres"].keys()
    assert len(judged["duckdb"]) == shape.nodes
    for name, node in judged["duckdb"].items():
        other = judged["postgres"][name]
        for column, value in node.items():
            # The last digits of a sum depend on the order in which an engine adds.
            is_close = isinstance(value, float) and math.isclose(value, other[column], rel_tol=1e-9)
            assert is_close or value == other[column], (name, column)


def one_node(columns: Columns, failures: int) -> np.ndarray:
    """Fail every seventh attempt elsewhere, and so many of node 7."""
    failed = np.arange(len(columns["node"])) % 7 == 0
    own = np.flatnonzero(columns["node"] == 7)
    failed[own] = False
    failed[own[:failures]] = True
    return failed


def test_one_failure_decides(cluster: Cluster) -> None:
    columns = attempts_of(Shape(), np.random.default_rng(3))

    def node(failures: int) -> dict[str, Any]:
        return cluster.blamed(columns, one_node(columns, failures))["7"]

    limit = int(node(5)["failures_to_flag"])
    assert 12 < limit < 20
    below, at = node(limit - 1), node(limit)
    assert (below["is_flagged"], at["is_flagged"]) == (False, True)
    mean, spread = at["expected_failures"], at["expected_dispersion"]
    assert at["p_value"] == pytest.approx(stats.gamma.cdf(mean / spread, limit / spread), rel=1e-9)
    power = stats.binom.sf(limit - 1, 40, min(1, 4 * mean / 40))
    assert at["power"] == pytest.approx(power, rel=1e-9)


@pytest.mark.parametrize("column", ["job", "user"])
def test_one_job_or_one_user_is_not_enough(cluster: Cluster, column: str) -> None:
    columns = attempts_of(Shape(projects=1), np.random.default_rng(3))
    failed = one_node(columns, 25)
    few = np.flatnonzero((columns["node"] == 7) & failed)
    columns[column][few] = few % 2 if column == "job" else 0
    node = cluster.blamed(columns, failed)["7"]
    assert node["q_value"] < 1e-4
    assert not node["is_flagged"]


def test_one_name_in_three_projects_is_three_jobs(cluster: Cluster) -> None:
    columns = attempts_of(Shape(projects=3), np.random.default_rng(3))
    columns["job"][:] = 0
    node = cluster.blamed(columns, one_node(columns, 25))["7"]
    assert (node["job_count"], node["failed_job_count"], node["is_flagged"]) == (3, 3, True)


def test_no_bad_node_is_rarely_flagged(cluster: Cluster) -> None:
    generator = np.random.default_rng(1)
    assert summary(cluster, attempts_of(Shape(), generator), generator, 60).wrong <= 0.05


def test_a_node_that_fails_four_times_as_often_is_found(cluster: Cluster) -> None:
    generator = np.random.default_rng(2)
    found = summary(cluster, planted(Shape(), generator), generator, 40)
    assert found.found >= 0.95
    assert found.power > 0.95


def test_at_two_percent_the_power_is_about_a_tenth_and_said(cluster: Cluster) -> None:
    generator = np.random.default_rng(3)
    found = summary(cluster, planted(Shape(base=0.02), generator), generator, 60)
    assert 0.05 < found.power < 0.17
    assert abs(found.found - found.power) < 0.12


@pytest.mark.parametrize("history", [concentrated, single_home])
def test_what_fails_often_does_not_blame_where_it_runs(cluster: Cluster, history) -> None:  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(4)
    assert summary(cluster, history(Shape(), generator), generator, 25).wrong <= 0.05
