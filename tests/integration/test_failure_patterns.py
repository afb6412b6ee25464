"""Spikes, trends and medians of failures on hand-made rows, beside scipy and a plain reference."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.support.project import Project

# Of the window, which ends with the last day known.
START = datetime(2025, 11, 10, tzinfo=UTC)
FAILURES = """
    failure_id text, attempt_id text, failure_type text, project text, job_name text,
    node_name text, image text, failed_at timestamptz, failed_hour integer,
    failed_weekday integer, failed_day date, lost_gpu_hours decimal(18, 6),
    lost_gb_hours decimal(18, 6), error_template text, template_id text,
    has_memory_overflow boolean, is_resolved boolean, resolution_type text
"""
ATTEMPTS = """
    attempt_id text, project text, node_name text, image text, started_at timestamptz,
    started_hour integer, started_weekday integer, started_day date, outcome text,
    job_name text, owner_name text, ended_at timestamptz
"""
EPISODES = """
    project text, failure_type text, duration_seconds decimal(18, 3), is_open boolean,
    failure_count bigint, lost_gpu_hours decimal(18, 6), lost_gb_hours decimal(18, 6)
"""
TABLES = {
    "marts.failures__failures": FAILURES,
    "marts.attempts__attempts": ATTEMPTS,
    "marts.failures__recoveries": EPISODES,
}
COMPILED: dict[tuple[str, str], str] = {}
Moment = tuple[int, int]


@pytest.fixture(scope="module")
def seeded(module_project: Project) -> Project:
    module_project.dbt("seed", "--select", "thresholds")
    return module_project


@pytest.fixture
def bench(seeded: Project) -> Project:
    """Empty tables in the place of those that the steps of the marts read."""
    for name, columns in TABLES.items():
        seeded.execute(f"create schema if not exists {name.split('.')[0]}")
        seeded.execute(f"drop table if exists {name}; create table {name} ({columns})")
    return seeded


def insert(project: Project, name: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows of the first columns of a table."""

    def literal(value: Any) -> str:
        return "null" if value is None else f"'{value}'"

    (table,) = (each for each in TABLES if each.endswith(f"__{name}"))
    names = re.findall(r"(\w+) [a-z]", TABLES[table])
    values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    project.execute(f"insert into {table} ({', '.join(names[: len(rows[0])])}) values {values}")


def fail(project: Project, moments: list[Moment], *, known: bool, **columns: str) -> None:
    """Write failures at a day of the window and an hour; `known` ones have an attempt."""
    offset = project.query("select count(*) from marts.failures__failures")[0][0]
    rows, attempts = [], []
    for number, (day, hour) in enumerate(moments, offset):
        at = START + timedelta(days=day, hours=hour, minutes=5)
        found = {"failure_type": "Error", "project": "p", "job_name": f"j{number}"} | columns
        attempt = f"a{number}" if known else None
        rows.append(
            (f"f{number}", attempt, found["failure_type"], found["project"], found["job_name"],
             "n", "i", at, hour, at.isoweekday(), at.date(), 1, 2)
        )  # fmt: skip
        if known:
            attempts.append((attempt, found["project"], "n", "i", at, hour, at.isoweekday(),
                             at.date(), "failed"))  # fmt: skip
    insert(project, "failures", rows)
    if attempts:
        insert(project, "attempts", attempts)


def succeed(project: Project, moments: list[Moment]) -> None:
    rows = []
    for number, (day, hour) in enumerate(moments):
        at = START + timedelta(days=day, hours=hour, minutes=5)
        rows.append(
            (f"s{number}", "p", "n", "i", at, hour, at.isoweekday(), at.date(), "succeeded")
        )
    insert(project, "attempts", rows)


def compiled_mart(project: Project, mart: str) -> str:
    key = (project.engine, mart)
    if key not in COMPILED:
        COMPILED[key] = project.compiled("--select", mart)
    return COMPILED[key]


def patterns(project: Project, columns: str, dimension: str) -> dict[str, tuple[Any, ...]]:
    sql = compiled_mart(project, "failures__patterns")
    found = project.query(
        f"select value, {columns} from ({sql}) as found where dimension = '{dimension}'"
    )
    return {row[0]: row[1:] for row in found}


def spikes(project: Project, dimension: str = "hour") -> set[str]:
    return {value for value, (found,) in patterns(project, "is_spike", dimension).items() if found}


# 23 failures, of which 14 in three hours: the published example.
BAD_HOURS = [(day % 7, hour) for hour, count in ((14, 5), (15, 5), (16, 4)) for day in range(count)]
OTHERS = [(day, hour) for day, hour in enumerate((1, 4, 7, 8, 10, 11, 13))] + [(0, 18), (1, 21)]


def test_hours_with_too_many_failures_are_spikes(bench: Project) -> None:
    fail(bench, BAD_HOURS + OTHERS, known=False)
    found = patterns(bench, "is_spike, p_value, denominator, expected_by_attempts", "hour")
    assert {hour for hour, row in found.items() if row[0]} == {"14", "15", "16"}
    assert len(found) == 24
    assert {row[2:] for row in found.values()} == {("unknown", None)}
    # In the second pass hours 14 and 15 are left out: 13 failures in 22 hours.
    for hour, (count, among, hours) in {"16": (4, 13, 22), "18": (1, 13, 22)}.items():
        expected = stats.binom.sf(count - 1, among, 1 / hours)
        assert math.isclose(found[hour][1], expected, rel_tol=1e-9)


def test_one_failure_less_is_no_spike(bench: Project) -> None:
    fail(bench, [(day, 14) for day in range(4)] + OTHERS, known=False)
    assert spikes(bench) == {"14"}
    bench.execute("delete from marts.failures__failures where failure_id = 'f0'")
    assert spikes(bench) == set()


def test_hours_in_which_more_begins_are_no_spikes(bench: Project) -> None:
    fail(bench, BAD_HOURS + OTHERS, known=True)
    succeed(bench, [(day, hour) for day in range(7) for hour in range(24)])
    assert spikes(bench) == {"14", "15", "16"}
    # Most attempts begin in the three hours: that explains their failures.
    succeed(bench, [(day, hour) for day in range(7) for hour in (14, 15, 16)] * 10)
    assert spikes(bench) == set()


def test_a_day_is_a_spike_and_the_chi_square_is_that_of_the_starts(bench: Project) -> None:
    counts = [3, 2, 3, 2, 12, 3, 2]
    fail(bench, [(day, hour) for day, n in enumerate(counts) for hour in range(n)], known=True)
    succeed(bench, [(day, hour) for day in range(7) for hour in range(20)])
    assert spikes(bench, "day") == {"2025-11-14"}
    found = patterns(bench, "chi_square, chi_square_degrees, chi_square_p_value", "day")
    expected = stats.chi2_contingency([counts, [20] * 7], correction=False)
    for chi_square, degrees, p_value in found.values():
        assert math.isclose(chi_square, expected.statistic, rel_tol=1e-9)
        assert degrees == expected.dof
        assert math.isclose(p_value, expected.pvalue, rel_tol=1e-9)


def test_a_trend_needs_a_window_before_and_more_than_chance(bench: Project) -> None:
    fail(bench, [(day, 3) for day in range(7)] * 3, known=False)
    assert patterns(bench, "trend, previous_failure_count", "type") == {"Error": ("unknown", None)}
    fail(bench, [(-7, 3), *((day, 3) for day in range(-7, -2))], known=False)
    found = patterns(bench, "trend, previous_failure_count, trend_p_value", "type")
    assert found["Error"][:2] == ("rising", 6)
    assert math.isclose(found["Error"][2], stats.binomtest(21, 27).pvalue, rel_tol=1e-9)
    fail(bench, [(day, 4) for day in range(-7, -2)], known=False)
    assert patterns(bench, "trend", "type") == {"Error": ("steady",)}


def test_a_rate_needs_the_attempts(bench: Project) -> None:
    fail(bench, [(day, 3) for day in range(7)], known=True)
    succeed(bench, [(day, 5) for day in range(7)])
    columns = "failure_count, denominator, attempt_count, failure_rate, is_pattern, job_count"
    assert patterns(bench, columns, "project") == {"p": (7, "attempts", 14, 0.5, True, 7)}
    fail(bench, [(0, 9)], known=False)
    assert patterns(bench, columns, "project") == {"p": (8, "unknown", None, None, True, 8)}


def median_of(episodes: list[tuple[int, bool]]) -> int | None:
    """Kaplan and Meier's median, straight from the definition."""
    left_open = 1.0
    for moment in sorted({seconds for seconds, _ in episodes}):
        at_risk = sum(seconds >= moment for seconds, _ in episodes)
        recovered = sum(seconds == moment and not is_open for seconds, is_open in episodes)
        left_open *= 1 - recovered / at_risk
        if left_open <= 0.5 + 1e-12:
            return moment
    return None


def test_medians_count_open_episodes(bench: Project) -> None:
    luck = np.random.default_rng(5)
    cases: dict[str, list[tuple[int, bool]]] = {
        "exactly half": [(10, False), (20, False), (30, True), (40, True)],
        "below half": [(10, False), (20, True), (30, True), (40, True)],
        "all at once": [(7, False)] * 3,
        "last recovers": [(5, True), (9, False)],
    }
    for number in range(40):
        size = int(luck.integers(1, 31))
        cases[f"random {number}"] = [
            (int(luck.integers(0, 13)), bool(luck.random() < 0.4)) for _ in range(size)
        ]
    rows = [
        (name, "Error", seconds, is_open, 1, None, None)
        for name, episodes in cases.items()
        for seconds, is_open in episodes
    ]
    insert(bench, "recoveries", rows)
    sql = compiled_mart(bench, "failures__recovery_times")
    found = bench.query(
        f"select value, median_seconds, episode_count from ({sql}) as t where dimension = 'project'"
    )
    assert {row[0]: row[1:] for row in found} == {
        name: (median_of(episodes), len(episodes)) for name, episodes in cases.items()
    }
    assert median_of(cases["exactly half"]) == 20
    assert median_of(cases["below half"]) is None
