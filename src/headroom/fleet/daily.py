"""A fleet that grows in time: the published daily volume, for any number of days, and on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from headroom.errors import UsageError
from headroom.fleet import schema
from headroom.fleet.clock import DAY, at, moment
from headroom.fleet.columns import definition_batch
from headroom.fleet.definitions import definitions_of_teams
from headroom.fleet.lives import LONGEST_LIFE, Lives
from headroom.fleet.policy import read_policies
from headroom.fleet.write import Fill, filled_with, is_marked, refuse_what_is_not_ours
from headroom.settings import Settings
from headroom.warehouse import Warehouse, open_warehouse

MOST_DAYS = 10_000
_DEFINITIONS_A_JOB = 11  # of each team: about a thousand in all
_DAYS_AT_A_TIME = 28
_STEP = 7 * DAY  # of a long advance
CORRECTIONS_A_DAY = 280  # one for a hundred new runs


def daily_tables(
    lives: Lives, days: int, until: date, progress: Callable[[str], None]
) -> dict[str, Fill]:
    """Give what fills the tables of a fleet of some days; it has no truth beside it."""
    numbers = range(1, _DEFINITIONS_A_JOB + 1)
    definitions = [item for number in numbers for item in definitions_of_teams(f"-{number}")]

    def fill_definitions(warehouse: Warehouse, name: str) -> None:
        filled_with([definition_batch(definitions)])(warehouse, name)
        warehouse.execute(lives.jobs(name))

    def fill_runs(warehouse: Warehouse, name: str) -> None:
        end = at(until + timedelta(days=1))
        for done in range(0, days, _DAYS_AT_A_TIME):
            more = min(_DAYS_AT_A_TIME, days - done)
            first = end - (days - done) * DAY
            span = (first, first + more * DAY)
            warehouse.execute(
                f"{lives.tries(*span)}\ninsert into {name} {lives.runs(*span, now_us=end)}"
            )
            progress(f"task: {done + more:,} of {days:,} days")

    return {"task_def": fill_definitions, "task": fill_runs, "fleet_truth": filled_with([])}


@dataclass(frozen=True)
class Advance:
    """What happened while a fleet moved on, and the moment at which it stands."""

    queued: int
    started: int
    ended: int
    corrected: int
    now: datetime
    place: str


def advance_fleet(
    settings: Settings, seed: int, span: timedelta, corrections_a_day: int = CORRECTIONS_A_DAY
) -> Advance:
    """Move a fleet on from its newest moment, in one transaction a week.

    Runs that the same seed made go on as they would have; those that are corrected are of any age.
    Raises UsageError where there is no
    fleet, or one without runs, NotOursError where another table has the name of one.
    """
    with open_warehouse(settings) as warehouse, warehouse.one_session():
        refuse_what_is_not_ours(warehouse, settings)
        lives = Lives(settings.target, seed, read_policies())
        move = _Move(warehouse, lives, settings, corrections_a_day)
        is_there = is_marked(warehouse, settings, schema.MARKERS)
        if not is_there or not move.scalar("select count(*) from {task}"):
            raise UsageError(
                f'there is no fleet in schema "{settings.source_schema}" of {warehouse.place}',
                "make one first: headroom fleet --days 35",
            )
        now_us = move.newest()
        then_us = now_us + span // timedelta(microseconds=1)
        warehouse.execute(move.lives.jobs(move.task_def))
        counts = [
            move.on(since_us, min(since_us + _STEP, then_us))
            for since_us in range(now_us, then_us, _STEP)
        ]
        now = datetime.fromtimestamp(then_us / 1e6, UTC)
        queued, started, ended, corrected = map(sum, zip(*counts, strict=True))
        return Advance(queued, started, ended, corrected, now, warehouse.place)


@dataclass(frozen=True)
class _Move:
    """An open warehouse with a fleet in it."""

    warehouse: Warehouse
    lives: Lives
    settings: Settings
    corrections_a_day: int

    @property
    def task(self) -> str:
        return f'"{self.settings.source_schema}"."task"'

    @property
    def task_def(self) -> str:
        return f'"{self.settings.source_schema}"."task_def"'

    def scalar(self, sql: str) -> Any:
        return self.warehouse.scalar(sql.format(task=self.task))

    def newest(self) -> int:
        """Give the last moment at which anything happened to a run."""
        happened = self.scalar(
            "select max(greatest(queued_at, started_at, finished_at)) from {task} where"
            " queued_at >= (select max(queued_at) from {task}) - interval '8 days'"
        )
        return moment(happened)

    def on(self, now_us: int, then_us: int) -> tuple[int, int, int, int]:
        """Move forward to a moment; count the queued, started, ended and corrected runs."""
        oldest_us = moment(self.scalar("select min(queued_at) from {task}"))
        count = self.scalar("select count(*) from {task}")
        self.warehouse.execute(
            self.lives.advance(
                self.task, now_us, then_us, oldest_us=oldest_us,
                gap_us=(now_us - oldest_us) // count + 1,
                corrections=-(-(then_us - now_us) * self.corrections_a_day // DAY),
            )
        )  # fmt: skip
        now = self.lives.instant(now_us)
        ((queued, started, ended),) = self.warehouse.query(
            f"select count(*) filter (where queued_at > {now}),"
            f" count(*) filter (where started_at > {now}),"
            f" count(*) filter (where finished_at > {now})"
            f" from {self.task} where queued_at >= {self.lives.instant(now_us - LONGEST_LIFE)}"
        ).rows
        return queued, started, ended, self.scalar("select count(*) from fleet_corrected")
