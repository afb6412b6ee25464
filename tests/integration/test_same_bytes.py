"""The same rows give the same doubles, to the last digit, whatever order they are read in."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.project import Project

# Uneven counts: their rates have no short binary form, so that a sum's last digits show its order.
CELLS = """
    create schema if not exists marts;
    create table marts.cells as
    select
        'node ' || cast(i % 7 as text) as subject,
        'team ' || cast(i % 5 as text) as project,
        'image ' || cast(i % 11 as text) as other,
        timestamptz '2025-11-01 00:00:00+00' + interval '1 hour' * cast(floor(i / 97.0) as integer)
            as started_hour,
        1 + (i * 7919) % 23 as n,
        cast(floor(((i * 104729) % 13) * (1 + (i * 7919) % 23) / 29.0) as bigint) as f
    from generate_series(1, 20000) as numbers (i);
"""
SHUFFLED = """
    create table marts.shuffled as select * from marts.cells order by md5(subject || {salt});
    drop table marts.cells;
    alter table marts.shuffled rename to cells;
"""
QUERIES = {
    "expected_failures": "select * from ({{ expected_failures('marts.cells') }}) as e order by 1",
    "mantel_haenszel": (
        "select * from ({{ mantel_haenszel('(select subject, other || project as stratum, n, f"
        " from marts.cells) as strata') }}) as e order by 1"
    ),
    "over": (
        "select distinct subject, {{ exact_sum('sqrt(n)', 'over (partition by subject)') }}"
        " from marts.cells order by 1"
    ),
}


@pytest.fixture(scope="module")
def cells(module_project: Project) -> Project:
    module_project.dbt("seed", "--select", "thresholds")
    module_project.execute(CELLS)
    return module_project


@pytest.mark.parametrize("name", QUERIES)
def test_the_order_of_the_rows_leaves_no_trace(cells: Project, name: str) -> None:
    sql = cells.compiled("--inline", QUERIES[name])
    found = []
    for salt in ("cast(n as text)", "cast(started_hour as text)", "other || cast(f as text)"):
        cells.execute(SHUFFLED.format(salt=salt))
        found.append(cells.query(sql))
    assert len(found[0]) == 7
    assert [bytes_of(rows) for rows in found[1:]] == [bytes_of(found[0])] * 2


def bytes_of(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return [[v.hex() if isinstance(v, float) else str(v) for v in row] for row in rows]


def test_a_sum_is_exact(cells: Project) -> None:
    values = ["0.1", "0.2", "0.3", "1e6", "-1e6", "1e-9"]
    rows = ", ".join(f"(cast({value} as double precision))" for value in values)
    total = cells.compiled("--inline", "{{ exact_sum('x') }}")
    found = cells.query(f"select {total} from (values {rows}) as v (x)")
    assert found[0][0] == float(sum(map(Decimal, values)))
