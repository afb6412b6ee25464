"""A daily fleet: made alike on both engines, and moved on in time."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import psycopg
import pytest

from headroom.errors import NotOursError, UsageError
from headroom.fleet import schema, write_fleet
from headroom.fleet.daily import advance_fleet
from headroom.fleet.lives import WEEKDAY_RUNS, WEEKEND_RUNS
from headroom.fleet.write import is_marked
from headroom.settings import Settings
from headroom.throwaway_postgres import throwaway_database
from headroom.warehouse import open_warehouse
from tests.support.in_process import headroom
from tests.support.small_fleet import write_small
from tests.unit.fleet.conftest import read, settings_in
from tests.unit.fleet.test_write import canonical

SEED = 11
DAYS = 2
UNTIL = date(2025, 12, 17)  # the fix is on its last day
HOUR = timedelta(hours=1)
OOM = "(exit_code = 137 or exit_reason = 'OOMKilled')"
BEFORE_FIX = "queued_at < '2025-12-17 00:00:00+00'"


@pytest.fixture(scope="module")
def daily_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("daily"))
    write_fleet(settings, seed=SEED, days=DAYS, until=UNTIL)
    return settings


@pytest.fixture(scope="module")
def daily(daily_settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with read(daily_settings) as connection:
        yield connection


PRESENT = [
    *[f"status = '{name}'" for name in ("QUEUED", "PENDING", "RUNNING", "STOPPED", "NEEDS_RETRY")],
    "status = 'QUEUED' and memory is null",
    "engine = 'eks-spark' and command is null",
    "gpu > 0",
    "command = ''",
    "command like '%--password hunter2-do-not-show%'",
    "command is not null and description is null",
    "status = 'STOPPED' and max_memory_used is null",
    "status = 'STOPPED' and exit_code is null and exit_reason ilike '%deadline%'",
    f"{OOM} and exit_code = 137 and exit_reason is distinct from 'OOMKilled'",
    f"{OOM} and exit_code is distinct from 137",
    "memory >= 248000",
    "started_at < queued_at",
    "definition_id not in (select definition_id from task_def)",
    f"{BEFORE_FIX} and command_hash = md5(description)",
    f"{BEFORE_FIX} and command_hash <> md5(description)",
    f"{BEFORE_FIX} and command_hash is null",
    f"not {BEFORE_FIX} and command_hash is null",
    "env::varchar like '%do-not-read%'",
]
ABSENT = [
    f"{BEFORE_FIX} and command_hash is null and description is not null",
    f"not {BEFORE_FIX} and command <> '' and command_hash is distinct from md5(command)",
    f"({OOM}) <> (pod_events is not null)",
    "(status = 'STOPPED') <> (finished_at is not null)",
    "(status in ('QUEUED', 'PENDING')) <> (started_at is null)",
    "finished_at >= '2025-12-18 00:00:00+00'",
    "command like '%{%}%' and command not like 'awk%'",
]


@pytest.mark.parametrize("condition", PRESENT)
def test_present(daily: duckdb.DuckDBPyConnection, condition: str) -> None:
    assert daily.execute(f"select count(*) from task where {condition}").fetchone()[0] > 0


@pytest.mark.parametrize("condition", ABSENT)
def test_absent(daily: duckdb.DuckDBPyConnection, condition: str) -> None:
    assert daily.execute(f"select count(*) from task where {condition}").fetchone() == (0,)


def test_it_has_the_published_volume(daily: duckdb.DuckDBPyConnection) -> None:
    assert 5 * WEEKDAY_RUNS + 2 * WEEKEND_RUNS == 7 * 28_000
    # Neither day is of a weekend; incidents come on top.
    days = daily.execute("select queued_at::date, count(*) from task group by 1").fetchall()
    assert {day for day, _ in days} == {date(2025, 12, 16), UNTIL}
    for _, count in days:
        assert WEEKDAY_RUNS < count < 1.05 * WEEKDAY_RUNS
    ids, definitions, commands = daily.execute(
        "select count(distinct run_id), count(distinct definition_id), count(distinct command)"
        " from task"
    ).fetchone()
    assert ids == sum(count for _, count in days)
    assert definitions > 900
    assert commands > 10_000


def test_few_definitions_have_most_runs(daily: duckdb.DuckDBPyConnection) -> None:
    (share,) = daily.execute(
        "with counts as (select count(*) as runs from task group by definition_id order by 1 desc)"
        " select (select sum(runs) from (from counts limit 100)) / sum(runs) from counts"
    ).fetchone()
    assert 0.4 < share < 0.8


def rows_of(settings: Settings) -> list[tuple[str, str]]:
    """Give each run id with a digest of its row, alike on both engines."""
    if settings.target == "duckdb":
        with read(settings) as connection:
            return connection.execute(canonical("duckdb")).fetchall()
    with psycopg.connect("", options="-c timezone=UTC") as connection:
        return connection.execute(canonical("postgres").encode()).fetchall()


def test_both_engines_make_and_move_the_same_rows(
    daily_settings: Settings,
    postgres_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    here, there = settings_in(tmp_path), Settings("postgres", tmp_path / "unused", "flotilla")
    write_fleet(here, seed=SEED, days=DAYS, until=UNTIL)
    assert rows_of(here) == rows_of(daily_settings)
    with throwaway_database(postgres_dsn) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        write_fleet(there, seed=SEED, days=DAYS, until=UNTIL)
        with open_warehouse(there, read_only=True) as warehouse:
            assert is_marked(warehouse, there, (schema.DAILY_MARKER,))
        assert rows_of(there) == rows_of(here)
        moved = [advance_fleet(settings, SEED, HOUR) for settings in (here, there)]
        assert vars(moved[0]) | {"place": ""} == vars(moved[1]) | {"place": ""}
        assert rows_of(there) == rows_of(here)


def test_it_takes_the_place_of_the_reference_fleet(tmp_path: Path) -> None:
    """One takes the other's place; only the reference fleet is taken for it.

    A small one stands in for that: it is written and marked by the same function.
    """
    settings = settings_in(tmp_path)
    write_daily = partial(write_fleet, days=1)
    for write, is_reference in ((write_daily, False), (write_small, True), (write_daily, False)):
        write(settings)
        with open_warehouse(settings, read_only=True) as warehouse:
            assert is_marked(warehouse, settings) == is_reference
            assert is_marked(warehouse, settings, schema.MARKERS)


def test_another_seed_gives_other_rows(daily_settings: Settings, tmp_path: Path) -> None:
    other = settings_in(tmp_path)
    write_fleet(other, seed=SEED + 1, days=DAYS, until=UNTIL)
    assert not {run_id for run_id, _ in rows_of(other)} & {
        run_id for run_id, _ in rows_of(daily_settings)
    }


def test_an_hour_queues_starts_ends_and_corrects(daily_settings: Settings, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_fleet(settings, seed=SEED, days=DAYS, until=UNTIL)
    moved = advance_fleet(settings, SEED, HOUR)
    # An hour of the night has 2/90 of a day's runs.
    assert 600 < moved.queued < 900
    assert min(moved.started, moved.ended) > 600
    assert moved.corrected > 5
    with read(settings) as now:
        now.execute(f"attach '{daily_settings.duckdb_path}' as before (read_only)")
        before = "before.flotilla.task"
        new = f"select count(*) from task where run_id not in (select run_id from {before})"
        assert now.execute(new).fetchone() == (moved.queued,)
        (started, ended, corrected, undone) = now.execute(
            f"""
            select
                count(*) filter (where a.started_at is null and b.started_at is not null),
                count(*) filter (where a.finished_at is null and b.finished_at is not null),
                count(*) filter (where a.finished_at is not null and a <> b),
                count(*) filter (where b.run_id is null or b.finished_at < a.finished_at)
            from {before} as a left join task as b using (run_id)
            """
        ).fetchone()
        assert started > 10
        assert ended > 300
        assert corrected == moved.corrected
        assert undone == 0


def test_a_life_goes_on_as_it_would_have(daily_settings: Settings, tmp_path: Path) -> None:
    """A fleet that ended a day earlier and was moved on has the rows of the one that did not."""
    settings = settings_in(tmp_path)
    write_fleet(settings, seed=SEED, days=1, until=UNTIL)
    longer = settings_in(tmp_path / "longer")
    write_fleet(longer, seed=SEED, days=2, until=UNTIL + timedelta(days=1))
    advance_fleet(settings, SEED, timedelta(days=1))
    with read(longer) as connection:
        connection.execute(f"attach '{settings.duckdb_path}' as moved (read_only)")
        differing = connection.execute(
            "select count(*) from moved.flotilla.task as moved inner join task using (run_id)"
            " where moved.queued_at <> task.queued_at or moved.started_at <> task.started_at"
            " or moved.finished_at <> task.finished_at or moved.command <> task.command"
        ).fetchone()
        assert differing == (0,)
        missing = (
            "select count(*) from task where run_id not in (select run_id from moved.flotilla.task)"
        )
        # The moved fleet stands at its newest moment plus a day: some seconds earlier.
        assert connection.execute(missing).fetchone()[0] < 20


def test_the_runs_of_another_fleet_go_on_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_small(settings)
    stuck = "select count(*) from task where status in ('QUEUED', 'PENDING') and queued_at < "
    with read(settings) as connection:
        (newest,) = connection.execute("select max(queued_at) from task").fetchone()
        assert connection.execute(f"{stuck} '{newest}'").fetchone()[0] > 50
    moved = advance_fleet(settings, SEED, timedelta(days=1))
    assert moved.queued > WEEKEND_RUNS
    with read(settings) as connection:
        assert connection.execute(f"{stuck} '{newest}'").fetchone() == (0,)
        assert connection.execute(
            "select count(*) from task where finished_at < started_at"
        ).fetchone() == (0,)


def test_without_a_fleet_there_is_nothing_to_move(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute("create schema flotilla; create table flotilla.task (run_id text)")
    with pytest.raises(NotOursError, match="task"):
        advance_fleet(settings, SEED, HOUR)
    with pytest.raises(UsageError, match="no fleet"):
        advance_fleet(settings_in(tmp_path / "empty"), SEED, HOUR)


@pytest.mark.parametrize("option", [("--days", "3"), ("--until", "2025-12-20")])
def test_a_fleet_is_made_or_moved(tmp_path: Path, option: tuple[str, str]) -> None:
    settings = settings_in(tmp_path)
    refused = headroom(("fleet", "--advance", "1h", *option), settings.environment())
    assert refused.returncode == 2
    assert "leave out --days and --until" in refused.stderr
    assert not settings.duckdb_path.exists()


def test_the_command_line_makes_and_moves(tmp_path: Path) -> None:
    environment = settings_in(tmp_path).environment()
    made = headroom(("fleet", "--days", "1", "--until", "2025-12-21"), environment)
    assert (made.returncode, made.stderr) == (0, "")
    assert "Synthetic fleet: 15," in made.stdout
    moved = headroom(("fleet", "--advance", "30m"), environment)
    assert (moved.returncode, moved.stderr) == (0, "")
    assert "now 2025-12-22 00:29" in moved.stdout.replace("\n", " ")
