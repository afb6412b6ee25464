"""Tails, bounds and q values in SQL: scipy's figures to nine digits, on both engines."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from tests.support.project import Project

SMALLEST = 1e-300
MEANS = [1e-9, 1e-3, 0.1, 0.8, 1, 2.5, 6, 14.9, 40, 150, 1e3, 1e4]
DEGREES = [1, 2, 3, 4, 5, 7, 12, 23, 50, 101, 1000]


def computed(project: Project, expression: str, rows: list[tuple[float, ...]]) -> list[float]:
    """Give an expression of a and b for each row."""
    values = ", ".join(
        f"({place}, {', '.join(f'cast({value!r} as double precision)' for value in row)})"
        for place, row in enumerate(rows)
    )
    sql = project.compiled(
        "--inline",
        f"select {{{{ {expression} }}}} from (values {values}) as cases (place, a, b)"
        " order by place",
    )
    return [float(row[0]) for row in project.query(sql)]


def assert_nine_digits(found: list[float], expected: list[float]) -> None:
    for value, wanted in zip(found, expected, strict=True):
        assert math.isclose(value, wanted, rel_tol=5e-10, abs_tol=SMALLEST), (value, wanted)


def poisson_cases() -> list[tuple[float, float]]:
    around = [-8, -3, -1, 0, 1, 3, 8, 31]
    cases = {(float(k), mean) for k, mean in itertools.product([0, 1, 2, 3, 16, 100], MEANS)}
    for mean, roots in itertools.product(MEANS, around):
        cases.add((float(max(0, round(mean + roots * math.sqrt(mean)))), mean))
    return sorted(cases)


def test_poisson_tail(module_project: Project) -> None:
    cases = poisson_cases()
    expected = [float(stats.poisson.sf(k - 1, mean)) for k, mean in cases]
    assert min(expected) < 1e-200
    assert_nine_digits(computed(module_project, "poisson_tail('a', 'b')", cases), expected)


def test_poisson_tail_between_whole_numbers_is_the_gamma_function(
    module_project: Project,
) -> None:
    cases = [(k + part, mean) for k in (0, 1, 7, 60) for part in (0.25, 0.9) for mean in MEANS[:9]]
    expected = [float(stats.gamma.cdf(mean, k)) for k, mean in cases]
    assert_nine_digits(computed(module_project, "poisson_tail('a', 'b')", cases), expected)


def test_poisson_tail_without_any_expectation(module_project: Project) -> None:
    found = computed(module_project, "poisson_tail('a', 'b')", [(0, 0), (1, 0), (3, 0)])
    assert found == [1, 0, 0]


def test_chi_square_tail(module_project: Project) -> None:
    factors = [0, 1e-6, 0.01, 0.3, 0.9, 1, 1.02, 1.5, 3, 10]
    cases = [(degrees * factor, float(degrees)) for degrees in DEGREES for factor in factors]
    cases += [(extra, degrees) for extra in (77.9, 78.1, 400, 920) for degrees in (1.0, 2, 3, 10)]
    expected = [float(stats.chi2.sf(x, degrees)) for x, degrees in cases]
    assert SMALLEST < min(value for value in expected if value > 0) < 1e-199
    assert_nine_digits(computed(module_project, "chi_square_tail('a', 'b')", cases), expected)


def test_wilson_bound(module_project: Project) -> None:
    cases = [(k, n) for n in (1, 4, 7, 40, 1_000_000) for k in (0, 1, 3, 6, n) if k <= n]
    for side, place in (("low", 0), ("high", 1)):
        expected = [
            float(stats.binomtest(k, n).proportion_ci(0.95, "wilson")[place]) for k, n in cases
        ]
        found = computed(module_project, f"wilson_bound('a', 'b', '{side}')", cases)
        assert_nine_digits(found, expected)
    low = computed(module_project, "wilson_bound('a', 'b', 'low')", [(6, 7), (3, 4), (1, 1)])
    assert [round(value, 2) for value in low] == [0.49, 0.30, 0.21]


@pytest.mark.parametrize("side", ["low", "high"])
def test_wilson_bound_without_trials_is_null(module_project: Project, side: str) -> None:
    sql = module_project.compiled("--inline", f"select {{{{ wilson_bound('0', '0', '{side}') }}}}")
    assert module_project.query(sql) == [(None,)]


def test_benjamini_hochberg(module_project: Project) -> None:
    generator = np.random.default_rng(5)
    families = [list(np.round(generator.random(size) ** 3, 3)) for size in (1, 2, 30, 200)]
    rows = [
        f"({family}, {place}, cast({value!r} as double precision))"
        for family, values in enumerate(families)
        for place, value in enumerate(float(value) for value in values)
    ]
    rows.append("(2, 1000, null)")
    cases = f"(values {', '.join(rows)}) as cases (family, place, p_value)"
    ranked = (
        "select *, count(p_value) over (partition by family) as tested,"
        f" {{{{ p_rank('p_value', 'family') }}}} as p_rank from {cases}"
    )
    sql = module_project.compiled(
        "--inline",
        f"select {{{{ q_value('p_value', 'tested', 'p_rank', 'family') }}}}"
        f" from ({ranked}) as ranked order by family, place",
    )
    found = [row[0] for row in module_project.query(sql)]
    position = sum(len(values) for values in families[:3])
    assert found.pop(position) is None
    expected = [value for values in families for value in stats.false_discovery_control(values)]
    assert_nine_digits(found, expected)
