"""Shifts are found in histories that have one, and seldom in others, on both engines.

`make simulate` does the same with 10,000 histories of each kind.
"""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.support.effect_histories import (
    FIRST_DAY,
    NOT_PASSED,
    REACHED,
    SUMS,
    Judge,
    Shape,
    share_found,
)
from tests.support.project import Project

HISTORIES = 200


@pytest.fixture(scope="module")
def judge(module_project: Project) -> Judge:
    return Judge(module_project)


@pytest.mark.parametrize(("name", "shape", "least"), REACHED, ids=[row[0] for row in REACHED])
def test_a_shift_is_found(judge: Judge, name: str, shape: Shape, least: float) -> None:
    error = 3 * (least * (1 - least) / HISTORIES) ** 0.5
    found = share_found(judge, shape, HISTORIES, np.random.default_rng(18))
    assert found >= least - error


@pytest.mark.parametrize(("name", "shape", "most"), NOT_PASSED, ids=[row[0] for row in NOT_PASSED])
def test_a_history_without_a_shift_seldom_shows_one(
    judge: Judge, name: str, shape: Shape, most: float
) -> None:
    error = 3 * (most * (1 - most) / HISTORIES) ** 0.5
    found = share_found(judge, shape, HISTORIES, np.random.default_rng(19))
    assert found <= most + error


def rows(judge: Judge, columns: str) -> list[tuple[object, ...]]:
    return judge.project.query(
        f"select {columns} from ({judge.sql}) as shifts where cohort_kind = 'definition'"
    )


def test_a_shift_beside_a_known_change_is_explained_and_another_is_not(judge: Judge) -> None:
    # The fix of the seed was deployed on 17 December 2025.
    judge.project.execute(f"delete from {SUMS}")
    judge.project.execute(f"""
        insert into {SUMS}
        select day, 'd', false, outcome, 40, case when day < shift_day then 20 else 0 end
        from (values ('known', date '2025-12-17'), ('unknown', date '2025-12-11')) as shifts
            (outcome, shift_day)
        cross join (
            select date '2025-11-21' + cast(number as integer) as day
            from generate_series(0, 32) as numbers (number)
        ) as days
    """)
    # The new cap followed the fix within two days: both may explain it.
    both = "command_hash_fix, command_hash_cap_248gb"
    columns = "outcome, shift_day, verdict, change, before_share, after_share"
    assert sorted(rows(judge, columns)) == [
        ("known", date(2025, 12, 17), "explained", both, 0.5, 0.0),
        ("unknown", date(2025, 12, 11), "unexplained", None, 0.5, 0.0),
    ]


def test_what_is_not_proven_yet_says_how_many_days_it_needs(judge: Judge) -> None:
    few = Shape(0.4, 0.1, 4, daily_runs=6, day_correlation=0)
    events = np.array([[2, 3] * 14 + [1, 0, 1, 0]])
    judge.found(few, events)
    ((verdict, day, after_days, needed),) = rows(
        judge, "verdict, shift_day, after_days, days_needed"
    )
    assert (verdict, after_days) == ("not proven", 4)
    assert day == FIRST_DAY + timedelta(28)
    assert isinstance(needed, int)
    assert needed > 4
    longer = np.array([[2, 3] * 14 + [1, 0] * ((needed + 1) // 2)])
    judge.found(few, longer)
    assert rows(judge, "verdict") == [("unexplained",)]


@pytest.mark.parametrize("count", [0, 6])
def test_what_never_or_always_happens_does_not_shift(judge: Judge, count: int) -> None:
    few = Shape(0.4, 0.1, 7, daily_runs=6)
    assert judge.found(few, np.full((3, 35), count)) == []


def test_one_day_is_no_history(judge: Judge) -> None:
    few = Shape(0.4, 0.1, 1, daily_runs=6)
    assert judge.found(few, np.array([[3]])) == []
