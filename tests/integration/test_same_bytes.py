"""The same rows give the same doubles, to the last digit, whatever order they are read in."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.histories import ATTEMPTS, TABLES
from tests.support.project import Project

# Uneven counts: their rates have no short binary form, so that a sum's last digits show its order.
CELLS = """
    create table marts.cells as
    select
        'node ' || cast(i % 7 as text) as node_name,
        'team ' || cast(i % 5 as text) as project,
        'image ' || cast(i % 11 as text) as image,
        cast(i % 23 as integer) as started_hour,
        i,
        1 + (i * 7919) % 23 as n,
        cast(floor(((i * 104729) % 13) * (1 + (i * 7919) % 23) / 29.0) as bigint) as f
    from generate_series(1, 2000) as numbers (i);
"""
SHUFFLED = f"""
    insert into {ATTEMPTS}
        (attempt_id, node_name, project, image, started_hour, outcome)
    select
        cells.i || ' ' || copies.j, cells.node_name, cells.project, cells.image,
        cells.started_hour, case when copies.j <= cells.f then 'failed' else 'succeeded' end
    from marts.cells as cells
    inner join generate_series(1, 23) as copies (j) on copies.j <= cells.n
    order by md5(node_name || {{salt}})
"""
STEPS = ("int_failures__subjects_expected", "int_failures__subject_odds")
QUERIES = {name: f"select * from {{{{ ref('{name}') }}}} order by 1, 2" for name in STEPS} | {
    "over": (
        "select distinct node_name, {{ exact_sum('sqrt(n)', 'over (partition by node_name)') }}"
        " from marts.cells order by 1"
    ),
}


@pytest.fixture(scope="module")
def cells(module_project: Project) -> Project:
    module_project.dbt("seed", "--select", "thresholds")
    module_project.execute(TABLES)
    module_project.execute(CELLS)
    return module_project


@pytest.mark.parametrize("name", QUERIES)
def test_the_order_of_the_rows_leaves_no_trace(cells: Project, name: str) -> None:
    sql = cells.compiled("--inline", QUERIES[name])
    found = []
    for salt in ("cast(n as text)", "cast(started_hour as text)", "image || cast(f as text)"):
        cells.execute(f"truncate {ATTEMPTS}")
        cells.execute(SHUFFLED.format(salt=salt))
        found.append(cells.query(sql))
    assert len(found[0]) >= 7
    assert [bytes_of(rows) for rows in found[1:]] == [bytes_of(found[0])] * 2


def bytes_of(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return [[v.hex() if isinstance(v, float) else str(v) for v in row] for row in rows]


def test_a_sum_is_exact(cells: Project) -> None:
    values = ["0.1", "0.2", "0.3", "1e6", "-1e6", "1e-9"]
    rows = ", ".join(f"(cast({value} as double precision))" for value in values)
    total = cells.compiled("--inline", "{{ exact_sum('x') }}")
    found = cells.query(f"select {total} from (values {rows}) as v (x)")
    assert found[0][0] == float(sum(map(Decimal, values)))
