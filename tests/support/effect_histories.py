"""Histories of days whose shares are known: what the SQL of shifts finds in them, and when not.

Each history is a separate outcome, so that thousands are judged by one query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from headroom.warehouse import open_warehouse
from tests.support.project import Project

FIRST_DAY = date(2025, 3, 1)
# As alike as the runs of the published definition on one day.
DAY_CORRELATION = 0.0305
SUMS = "headroom_intermediate.int_effects__outcomes_daily"
READ = ("thresholds", "deployments", "ara_policy_versions")


@dataclass(frozen=True)
class Shape:
    """Days of one definition: so many with one share, then so many with another."""

    before_share: float
    after_share: float
    after_days: int
    before_days: int = 28
    daily_runs: int = 33
    day_correlation: float = DAY_CORRELATION

    def events(self, histories: int, generator: np.random.Generator) -> np.ndarray:
        """Draw the events of each day (a column) of each history (a row)."""
        shares = np.repeat(
            [self.before_share, self.after_share], [self.before_days, self.after_days]
        )
        size = (histories, len(shares))
        if self.day_correlation:
            weight = (1 - self.day_correlation) / self.day_correlation
            drawn = generator.beta(
                np.maximum(shares * weight, 1e-12), np.maximum((1 - shares) * weight, 1e-12), size
            )
        else:
            drawn = np.broadcast_to(shares, size)
        return generator.binomial(self.daily_runs, np.where(shares == 0, 0, drawn))


class Judge:
    """A warehouse with the reference seeds, in which histories are judged by the shipped SQL."""

    def __init__(self, project: Project) -> None:
        """Make the seeds, and a table in the place of the daily sums."""
        self.project = project
        project.dbt("seed", "--select", *READ)
        project.execute(
            f"create schema if not exists headroom_intermediate; create table {SUMS} ("
            "queued_day date, cohort text, is_untouched boolean, outcome text,"
            " run_count bigint, event_count bigint)"
        )
        # The last day of a report, and the bounds that were computed: of nothing yet.
        project.execute(
            "create schema if not exists marts;"
            "create table marts.flotilla__allocation_daily (queued_day date)"
        )
        project.dbt("run", "--select", "stg_effects__bounds")
        self.sql = project.compiled("--select", "effects__shifts")
        self.changes_sql = project.compiled("--select", "effects__changes")

    def found(self, shape: Shape, events: np.ndarray) -> list[tuple[int, date]]:
        """Give the history and the date of each shift of the definition that is found."""
        self._fill(shape, events)
        rows = self.project.query(
            f"select outcome, shift_day from ({self.sql}) as shifts"
            " where cohort_kind = 'definition' and verdict <> 'not proven' order by 1, 2"
        )
        return [(int(outcome), day) for outcome, day in rows]

    def fill(self, rows: Sequence[tuple[date, str, bool, str, int, int]]) -> None:
        """Put rows in the place of the daily sums."""
        values = ", ".join(
            f"(date '{day}', '{cohort}', {untouched}, '{outcome}', {runs}, {events})"
            for day, cohort, untouched, outcome, runs, events in rows
        )
        last = max(row[0] for row in rows)
        self.project.execute(
            f"delete from {SUMS}; insert into {SUMS} values {values};"
            "delete from marts.flotilla__allocation_daily;"
            f"insert into marts.flotilla__allocation_daily values (date '{last}')"
        )

    def _fill(self, shape: Shape, events: np.ndarray) -> None:
        histories, days = events.shape
        batch = pa.RecordBatch.from_pydict(
            {
                "queued_day": [FIRST_DAY + timedelta(day) for day in range(days)] * histories,
                "cohort": ["definition"] * events.size,
                "is_untouched": [False] * events.size,
                "outcome": [str(place) for place in range(histories) for _ in range(days)],
                "run_count": [shape.daily_runs] * events.size,
                "event_count": events.ravel().tolist(),
            }
        )
        with self.project.in_environment(), open_warehouse(self.project.settings) as warehouse:
            warehouse.execute(f"delete from {SUMS}")
            warehouse.load(SUMS, [batch])


def share_found(
    judge: Judge, shape: Shape, histories: int, generator: np.random.Generator
) -> float:
    """Give the share of histories in which a shift is found within three days of its date.

    Where nothing shifts: in which any is found.
    """
    found = judge.found(shape, shape.events(histories, generator))
    if shape.before_share == shape.after_share:
        return len({place for place, _ in found}) / histories
    at = FIRST_DAY + timedelta(shape.before_days)
    return len({place for place, day in found if abs((day - at).days) <= 3}) / histories


# What must be reached, and what may not be passed: the published sketch had 33 runs a day.
REACHED: Sequence[tuple[str, Shape, float]] = (
    ("a complete fix, after 3 days", Shape(0.374, 0.0, 3), 0.99),
    ("37% to 10%, after 7 days", Shape(0.374, 0.10, 7), 0.97),
    ("37% to 25%, after 7 days", Shape(0.374, 0.25, 7), 0.18),
)
NOT_PASSED: Sequence[tuple[str, Shape, float]] = (
    ("no shift, 37% for 35 days", Shape(0.374, 0.374, 7), 0.025),
    ("no shift, 5% for 35 days", Shape(0.05, 0.05, 7), 0.025),
    ("no shift, 37% for 95 days", Shape(0.374, 0.374, 67), 0.025),
)
