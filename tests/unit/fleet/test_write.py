"""Writing: deterministic, all or nothing, only over our own tables, alike on both engines."""

from datetime import date
from pathlib import Path
from typing import NoReturn

import duckdb
import psycopg
import pytest

from headroom.errors import NotOursError, UsageError
from headroom.fleet import schema, write_fleet
from headroom.fleet.write import refuse_what_is_not_ours
from headroom.settings import Settings
from headroom.throwaway_postgres import throwaway_database
from headroom.warehouse import open_warehouse
from tests.support.small_fleet import small_history


def in_folder(folder: Path) -> Settings:
    return Settings("duckdb", folder / "fleet.duckdb", "flotilla")


def fingerprint(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Give a number for all values and their places."""
    return [
        connection.execute(
            f"select count(*), bit_xor(hash(rowid, t)) from (select rowid, * from {table}) t"
        ).fetchone()
        for table in schema.TABLES
    ]


def opened(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(settings.duckdb_path))
    connection.execute("set timezone = 'UTC'; use flotilla")
    return connection


def make_it_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `headroom fleet` write the small fleet: how it is written is the same."""
    monkeypatch.setattr("headroom.fleet.make_history", lambda *_: small_history())


def test_a_killed_write_leaves_the_old_fleet_and_the_next_one_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = in_folder(tmp_path)
    make_it_small(monkeypatch)
    write_fleet(settings)
    with opened(settings) as fleet:
        first = fingerprint(fleet)
        fleet.execute("update task set alias = 'old'")
        changed = fingerprint(fleet)
        assert changed != first

    def killed(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("headroom.fleet.tables.truth_batch", killed)
        write_fleet(settings)
    with opened(settings) as old:
        assert fingerprint(old) == changed

    # The same seed again: the same values at the same places, nothing left beside them.
    summary = write_fleet(settings)
    with opened(settings) as new:
        assert fingerprint(new) == first
        begin, end, count = new.execute(
            "select min(queued_at), max(queued_at), count(*) from task"
        ).fetchone()
        assert (begin, end) == (summary.first_queued_at, summary.last_queued_at)
        assert count == summary.run_count
        definitions = new.execute("select count(*) from task_def").fetchone()
        assert definitions == (summary.definition_count,)
        tables = new.execute("select table_name, comment from duckdb_tables()").fetchall()
        assert sorted(tables) == sorted((name, schema.MARKER) for name in summary.tables)


def test_another_seed_gives_another_history(
    fleet: duckdb.DuckDBPyConnection, long_fleet: duckdb.DuckDBPyConnection
) -> None:
    assert fingerprint(fleet) != fingerprint(long_fleet)


@pytest.mark.parametrize(
    "wrong",
    [{"until": date(2025, 12, 16)}, {"until": date(2026, 7, 1)}, {"days": 0}, {"days": 10_001}],
)
def test_impossible_fleets(
    tmp_path: Path, wrong: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_it_small(monkeypatch)
    with pytest.raises(UsageError) as raised:
        write_fleet(in_folder(tmp_path), **wrong)  # type: ignore[arg-type]
    assert raised.value.hint
    assert not (tmp_path / "fleet.duckdb").exists()


@pytest.mark.parametrize("kind", ["table", "view"])
def test_a_foreign_table_is_refused(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_it_small(monkeypatch)
    settings = in_folder(tmp_path)
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute(f"create schema flotilla; create {kind} flotilla.task_def as select 1 a")
    with pytest.raises(NotOursError) as raised:
        write_fleet(settings)
    assert '"task_def"' in raised.value.message
    assert '"flotilla"' in raised.value.message
    assert raised.value.hint
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        assert connection.execute("from flotilla.task_def").fetchall() == [(1,)]
        tables = connection.execute("select count(*) from duckdb_tables()").fetchone()
        assert tables == (1 if kind == "table" else 0,)


def canonical(target: str) -> str:
    """Write a query that gives each run id with a digest of its row, alike on both engines."""
    parts = []
    for name, kind in schema.columns("task").items():
        value = f'"{name}"::text'
        if kind == "jsonb":  # PostgreSQL rewrites JSON: compare the presence only
            value = f'("{name}" is null)::text'
        if kind.startswith("timestamp"):
            value = (
                f"epoch_us({name})::text"
                if target == "duckdb"
                else f"(extract(epoch from {name}) * 1000000)::bigint::text"
            )
        parts.append(f"coalesce({value}, '~')")
    order = "run_id" if target == "duckdb" else 'run_id collate "C"'
    row = " || chr(31) || ".join(parts)
    return f"select run_id, md5({row}) from flotilla.task order by {order}"


@pytest.mark.parametrize("size", ["small", pytest.param("reference", marks=pytest.mark.long)])
def test_postgres_holds_the_same_rows(
    size: str, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Our own `task` stands there with a view on it: it is filled, and the view stays."""
    if size == "small":
        make_it_small(monkeypatch)
    write_fleet(in_folder(tmp_path))
    fleet = opened(in_folder(tmp_path))
    settings = Settings("postgres", tmp_path / "unused", "flotilla")
    with throwaway_database(postgres_dsn) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with psycopg.connect("", autocommit=True, options="-c timezone=UTC") as connection:
            connection.execute("create schema flotilla")
            old = schema.create_table("postgres", "flotilla", "task", "task")
            connection.execute(old.encode())
            connection.execute("insert into flotilla.task (run_id, engine) values ('old', 'eks')")
            connection.execute("create view looks as select run_id from flotilla.task")
            summary = write_fleet(settings)
            count = connection.execute("select count(*) from looks").fetchone()
            assert count == (summary.run_count,)
            rows = connection.execute(canonical("postgres").encode()).fetchall()
            assert rows == fleet.execute(canonical("duckdb")).fetchall()
            for table in ("task_def", "fleet_truth"):
                ours = fleet.execute(f"select count(*) from {table}").fetchone()
                theirs = connection.execute(f"select count(*) from flotilla.{table}".encode())
                assert theirs.fetchone() == ours
            types = connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = 'flotilla' and table_name = 'task' order by ordinal_position"
            ).fetchall()
            assert dict(types) == schema.columns("task")
            indexes = connection.execute(
                "select indexname from pg_indexes where schemaname = 'flotilla' order by 1"
            ).fetchall()
            assert {name for (name,) in indexes} == {
                "fleet_truth_pkey", "task_def_pkey", "task_definition_hash", "task_pkey",
                "task_queued_at",
            }  # fmt: skip
            connection.execute("comment on table flotilla.fleet_truth is null")
        with pytest.raises(NotOursError):
            write_fleet(settings)


@pytest.mark.parametrize(
    "made",
    [
        "create materialized view flotilla.task as select 1 as a",
        "create sequence flotilla.task",
        "create table flotilla.other (a int); create index task on flotilla.other (a)",
        "create type flotilla.task as (a int)",
    ],
)
def test_whatever_has_the_name_of_a_table_is_refused(
    postgres_dsn: str, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL keeps tables, indexes, sequences and types of a schema apart by name only."""
    settings = Settings("postgres", Path("unused"), "flotilla")
    with throwaway_database(postgres_dsn) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with open_warehouse(settings) as warehouse:
            warehouse.execute(f"create schema flotilla; {made}")
            with pytest.raises(NotOursError, match='"task" in schema "flotilla"'):
                refuse_what_is_not_ours(warehouse, settings)
