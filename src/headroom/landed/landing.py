"""Landing: rows are merged into the landed tables by key, in one transaction or not at all.

Rows go into temporary tables in bulk first. The merge then deletes what changed and inserts what is
new or changed, so loading a log twice writes nothing. Log content is data throughout, never SQL.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from headroom.engine_errors import meaning
from headroom.errors import HeadroomError, LockedError, WarehouseUnavailableError
from headroom.landed.contract import LANDED_SCHEMA, LandedTable
from headroom.landed.sql import landing_sql
from headroom.operations import create_sql
from headroom.settings import Settings, Target
from headroom.warehouse import DuckDBWarehouse, Warehouse, open_warehouse, stream_of

WAIT_SECONDS = 60
# A file that changed so lately may be one that another load is just making.
MAKING_SECONDS = 10
RETRY_SECONDS = 0.2
# Any number that no other program on the server is likely to take.
POSTGRES_LOCK = 7_105_204
HASHES_AT_ONCE = 16_000_000
FETCHED_ROWS = 100_000
Row = Mapping[str, Any]
Batches = Iterable[pa.RecordBatch]


@dataclass
class Landed:
    """What merges did with the distinct rows of a table.

    `kept_labels` counts the rows that were given another label than the one that they keep.
    """

    table: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept_labels: Counter[str] = field(default_factory=Counter)


def arrow_rows(table: LandedTable, rows: Sequence[Row]) -> list[pa.RecordBatch]:
    """Give rows as Arrow batches in the types of the contract."""
    made = pa.Table.from_pylist(list(rows), table.arrow_schema)
    return list(made.to_batches(max_chunksize=100_000))


def land(
    settings: Settings,
    incoming: Mapping[LandedTable, Batches],
    replaced: Mapping[LandedTable, list[pa.RecordBatch]] | None = None,
) -> list[Landed]:
    """Merge batches into their tables, all in one transaction; of equal keys the last row counts.

    `replaced` holds some columns of a table: what agrees with one of its rows and is not incoming
    is removed. Another load at work is waited for; raises WarehouseUnavailableError after
    WAIT_SECONDS.
    """
    with landing(settings, list(incoming)) as open_landing:
        for table, batches in incoming.items():
            open_landing.stage(table, batches)
        for table, batches in (replaced or {}).items():
            open_landing.replace(table, batches)
        return open_landing.merge()


@contextmanager
def landing(settings: Settings, tables: Sequence[LandedTable]) -> Iterator["Landing"]:
    """Open the warehouse for merging into tables; what is merged stays only if nothing is raised.

    A DuckDB file is locked from here to the end, a server only while `merge` works (behind a pooler
    from `merge` to the end).
    """
    with open_when_free(settings) as warehouse, warehouse.one_session():
        if isinstance(warehouse, DuckDBWarehouse):
            warehouse.connection.begin()
            yield DuckDBLanding(warehouse, tables)
            try:
                warehouse.connection.commit()
            except duckdb.TransactionException as error:
                raise _refusal(error) from error
        else:
            yield PostgresLanding(warehouse, tables)


class Landing:
    """Rows on their way into the landed tables of one warehouse."""

    target: Target
    # A DuckDB connection whose queries `take` lands.
    reader: duckdb.DuckDBPyConnection

    def __init__(self, warehouse: Warehouse, tables: Sequence[LandedTable]) -> None:
        """Make the temporary tables that rows are staged in."""
        self.warehouse = warehouse
        self.landed = {table: Landed(table.name) for table in tables}
        self.scopes: dict[LandedTable, list[str]] = {}
        self._run([_stage_sql(table) for table in tables])

    def stage(self, table: LandedTable, batches: Batches) -> None:
        """Put rows into the temporary table; of equal keys the last one will count."""
        self._load(f"incoming_{table.name}", batches)

    def replace(self, table: LandedTable, scope: list[pa.RecordBatch]) -> None:
        """Let `merge` remove what agrees with a row of `scope`, some columns, and is not staged."""
        self.scopes[table] = list(scope[0].schema.names)
        self._run([_stage_scope_sql(table, self.scopes[table])])
        self._load(f"scope_{table.name}", scope)

    def take(self, table: LandedTable, rows: str, parameters: Sequence[Any] = ()) -> None:
        """Land the rows of a query of `reader`: the columns of the table, equal for equal keys."""
        raise NotImplementedError

    def compares(self, table: LandedTable) -> bool:
        """Say whether `take` compares rows with those of the table, and wants them in portions."""
        raise NotImplementedError

    def merge(self) -> list[Landed]:
        """Merge what was staged; give what was done in all."""
        raise NotImplementedError

    def _load(self, name: str, batches: Batches) -> None:
        """Put batches into a temporary table."""
        raise NotImplementedError

    def _run(self, statements: Sequence[str]) -> None:
        """Run statements, in the landing's transaction where there is one already."""
        raise NotImplementedError

    def _removals(self) -> list[str]:
        return [_remove_sql(table, scope) for table, scope in self.scopes.items()]

    def _count_removed(self) -> None:
        for table in self.scopes:
            removed = self.warehouse.scalar(f"select count(*) from removed_{table.name}")
            self.landed[table].removed = removed

    def _create(self) -> None:
        made = [_create_sql(table) for table in self.landed]
        self._run(
            [
                _lock_sql(self.target),
                f"create schema if not exists {LANDED_SCHEMA}",
                *made,
                *create_sql("changed_parts"),
            ]
        )
        for table in self.landed:
            if table.event_key and self.warehouse.scalar(_has_line_keys_sql(table)):
                locks = [] if self.target == "duckdb" else [_table_lock_sql(table)]
                self._run([_lock_sql(self.target), *locks, _rekey_sql(table, self.target)])

    def _count(self, table: LandedTable) -> None:
        landed = self.landed[table]
        new, changed, unchanged = self.warehouse.query(
            "select count(*) filter (where is_new),"
            " count(*) filter (where not is_new and is_different),"
            f" count(*) filter (where not is_new and not is_different) from merged_{table.name}"
        ).rows[0]
        landed.new += new
        landed.changed += changed
        landed.unchanged += unchanged
        kept = self.warehouse.query(
            f"select kept_label, count(*) from merged_{table.name}"
            " where kept_label is not null group by kept_label"
        )
        landed.kept_labels.update(dict(kept.rows))


class DuckDBLanding(Landing):
    """A DuckDB file: one transaction from the beginning to the end."""

    target = "duckdb"

    def __init__(self, warehouse: DuckDBWarehouse, tables: Sequence[LandedTable]) -> None:
        """Make the landed tables where they are missing, and those that rows are staged in."""
        self.connection = self.reader = warehouse.connection
        super().__init__(warehouse, tables)
        self._create()
        self._empty = {
            table
            for table in tables
            if not warehouse.scalar(f"select count(*) from {table.relation}")
        }

    def _load(self, name: str, batches: Batches) -> None:
        """Insert batches through Arrow, without a copy in Python."""
        for batch in batches:
            self.connection.register("incoming_batch", stream_of(batch))
            self._run([f"insert into {name} by name from incoming_batch"])
            self.connection.unregister("incoming_batch")

    def take(self, table: LandedTable, rows: str, parameters: Sequence[Any] = ()) -> None:
        """Append rows to a table that was empty as they are, else those whose keys all are new.

        A chunk of rows with a key that is landed is merged.
        """
        columns = ", ".join(table.columns)
        if table in self._empty:
            insert = f"insert into {table.relation} ({columns}) select {columns} from ({rows})"
            self.connection.execute(insert, parameters)
            return
        chunk = f"chunk_of_{table.name}"
        made = f"create or replace temporary table {chunk} as select {columns} from ({rows})"
        self.connection.execute(made, parameters)
        if self._are_new(table, chunk):
            chunk_parts = mark_touched_sql(table, f"{chunk} as touching")
            self._run([f"insert into {table.relation} select * from {chunk}", chunk_parts])
            self.landed[table].new += self.warehouse.scalar(f"select count(*) from {chunk}")
        else:
            self._run([f"insert into incoming_{table.name} ({columns}) select * from {chunk}"])
            self._merge(table)
        self._run([f"drop table {chunk}"])

    def compares(self, table: LandedTable) -> bool:
        """Say whether the table held rows before."""
        return table not in self._empty

    def _are_new(self, table: LandedTable, chunk: str) -> bool:
        key = f"hash({', '.join(table.key)})"
        repeated = self.warehouse.scalar(
            f"select count(*) - count(distinct {key}) from {chunk}"
        ) or self.warehouse.scalar(
            f"select count(*) from {table.relation} where {key} in (select {key} from {chunk})"
        )
        return not repeated

    def _count_appended(self, table: LandedTable) -> None:
        """Take back the rows of an empty table that it got twice: the newest stays."""
        key = ", ".join(table.key)
        best = landing_sql("best_landed_first", table.seed)
        rows = self.warehouse.scalar(f"select count(*) from {table.relation}")
        if self._may_repeat(f"hash({key})", table, rows):
            self._run(
                [
                    f"delete from {table.relation} where rowid in (select rowid from"
                    f" (select rowid, row_number() over (partition by {key} order by {best} rowid)"
                    " as place"
                    f" from {table.relation}) where place > 1)"
                ]
            )
            rows = self.warehouse.scalar(f"select count(*) from {table.relation}")
        self._run([landing_sql("mark_all_parts", table.seed, table.relation)])
        self.landed[table].new += rows

    def _may_repeat(self, key: str, table: LandedTable, rows: int) -> bool:
        """Say whether a hashed key comes twice: sorting is a fifth of the work of counting."""
        parts = rows // HASHES_AT_ONCE + 1
        for part in range(parts):
            found = self.connection.execute(
                f"select {key} as key from {table.relation} where {key} % {parts} = {part}"
            ).fetchnumpy()
            ordered = np.sort(np.asarray(found["key"]))
            if (ordered[1:] == ordered[:-1]).any():
                return True
        return False

    def merge(self) -> list[Landed]:
        """Merge what was staged since the last time; give what was done in all."""
        self._run(self._removals())
        self._count_removed()
        for table in self.landed:
            if table in self._empty:
                self._count_appended(table)
            self._merge(table)
        self._empty.clear()
        return list(self.landed.values())

    def _merge(self, table: LandedTable) -> None:
        if not self.warehouse.scalar(f"select count(*) from incoming_{table.name}"):
            return
        self._run([_merge_sql(table)])
        self._count(table)
        self._run([f"drop table merged_{table.name}", f"truncate incoming_{table.name}"])

    def _run(self, statements: Sequence[str]) -> None:
        try:
            self.connection.execute(";\n".join(statement for statement in statements if statement))
        except duckdb.TransactionException as error:
            raise _refusal(error) from error


class PostgresLanding(Landing):
    """A server: rows are copied into temporary tables, then merged in one short transaction."""

    target = "postgres"

    def __init__(self, warehouse: Warehouse, tables: Sequence[LandedTable]) -> None:
        """Make the tables that rows are staged in, and a reader in memory."""
        super().__init__(warehouse, tables)
        self.reader = duckdb.connect()
        self.reader.execute("set timezone = 'UTC'")

    def _load(self, name: str, batches: Batches) -> None:
        """COPY batches into the temporary table."""
        self.warehouse.load(name, batches)

    def take(self, table: LandedTable, rows: str, parameters: Sequence[Any] = ()) -> None:
        """COPY what the query gives, batch by batch."""
        columns = ", ".join(table.columns)
        found = self.reader.execute(f"select {columns} from ({rows})", parameters)
        self.stage(table, found.to_arrow_reader(FETCHED_ROWS))

    def compares(self, table: LandedTable) -> bool:
        """Say that rows are staged only, and compared by `merge`."""
        return False

    def merge(self) -> list[Landed]:
        """Merge all that was staged in one transaction; loads wait for each other."""
        self._create()
        self._run(
            [
                _lock_sql(self.target),
                *(_table_lock_sql(table) for table in self.landed),
                *self._removals(),
                *(_merge_sql(table) for table in self.landed),
            ]
        )
        self._count_removed()
        for table in self.landed:
            self._count(table)
        return list(self.landed.values())

    def _run(self, statements: Sequence[str]) -> None:
        try:
            self.warehouse.execute(";\n".join(statement for statement in statements if statement))
        except LockedError as error:
            raise _busy() from error


def open_when_free(settings: Settings, *, read_only: bool = False) -> Warehouse:
    """Open the warehouse; a DuckDB file that another process writes, or makes, is waited for."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return open_warehouse(settings, read_only=read_only)
        except WarehouseUnavailableError as error:
            busy = isinstance(error, LockedError) or _is_being_made(settings)
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def execute_alone(
    warehouse: Warehouse, target: Target, tables: Sequence[LandedTable], statements: Sequence[str]
) -> None:
    """Run statements in one transaction while nothing else writes into the tables."""
    locks = [] if target == "duckdb" else [_table_lock_sql(table) for table in tables]
    try:
        warehouse.execute(";\n".join(filter(None, [_lock_sql(target), *locks, *statements])))
    except LockedError as error:
        raise _busy() from error


def _is_being_made(settings: Settings) -> bool:
    """Say whether another load may just have made the file: by its age, its size says nothing.

    So a file that DuckDB did not write is waited for only if it is brand-new.
    """
    if settings.target != "duckdb":
        return False
    try:
        changed = settings.duckdb_path.stat().st_mtime
    except OSError:
        return False
    return time.time() - changed < MAKING_SECONDS


def _refusal(error: duckdb.TransactionException) -> HeadroomError:
    """Say what stopped a transaction: another load, or a full disk."""
    known = meaning(error)
    return _busy() if known is None or isinstance(known, LockedError) else known


def _busy() -> WarehouseUnavailableError:
    return WarehouseUnavailableError(
        "another load holds the landed tables", "let it end, then load again: nothing was lost"
    )


def _lock_sql(target: Target) -> str:
    """Let loads follow each other; the lock ends with the transaction. A DuckDB file has one."""
    if target == "duckdb":
        return ""
    return (
        f"set local lock_timeout = '{WAIT_SECONDS}s';\n"
        f"select pg_advisory_xact_lock({POSTGRES_LOCK})"
    )


def _table_lock_sql(table: LandedTable) -> str:
    """Keep `dbt seed` from merging into the table at the same time."""
    return f"lock table {table.relation} in share row exclusive mode"


def _create_sql(table: LandedTable) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    added = [
        f"alter table {table.relation} add column if not exists {name} {kind}"
        for name, kind in table.columns.items()
    ]
    return ";\n".join([f"create table if not exists {table.relation} ({columns})", *added])


def _stage_sql(table: LandedTable) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    number = f"create temporary sequence row_of_{table.name}"
    default = f"incoming_row bigint default nextval('row_of_{table.name}')"
    return f"{number};\ncreate temporary table incoming_{table.name} ({columns}, {default})"


def _has_line_keys_sql(table: LandedTable) -> str:
    """Ask whether a table has keys of older versions: 32 digits, the md5 of a whole line."""
    return f"select exists (select 1 from {table.relation} where length({table.key[0]}) = 32)"


def _rekey_sql(table: LandedTable, target: Target) -> str:
    """Give landed events the keys that a load would give them; of equal ones the best stays."""
    time = table.event_key.time if table.event_key else None
    microseconds = (
        f"epoch_us({time})"
        if target == "duckdb"
        else f"cast(extract(epoch from {time}) * 1000000 as bigint)"
    )
    return landing_sql("rekey_landed_rows", table.seed, table.relation, microseconds)


def _merge_sql(table: LandedTable) -> str:
    return landing_sql("merge_incoming_rows", table.seed, table.relation, list(table.columns))


def mark_touched_sql(table: LandedTable, rows: str) -> str:
    """Mark the parts of rows that came or went; `rows` follows a FROM, alias `touching`."""
    return landing_sql("mark_touched_parts", table.seed, table.relation, rows)


def _stage_scope_sql(table: LandedTable, scope: Sequence[str]) -> str:
    columns = ", ".join(f"{name} {table.columns[name]}" for name in scope)
    return f"create temporary table scope_{table.name} ({columns})"


def _remove_sql(table: LandedTable, scope: Sequence[str]) -> str:
    """Remove what a load stands for as a whole and does not hold any more; before the merge."""
    same_key = " and ".join(f"landed.{name} = other.{name}" for name in table.key)
    in_scope = " and ".join(f"landed.{name} = scope.{name}" for name in scope)
    return f"""
        create temporary table removed_{table.name} as
        select *
        from {table.relation} as landed
        where
            exists (select 1 from scope_{table.name} as scope where {in_scope})
            and not exists (select 1 from incoming_{table.name} as other where {same_key});
        delete from {table.relation} as landed
        using removed_{table.name} as other
        where {same_key};
        {mark_touched_sql(table, f"removed_{table.name} as touching")}
    """
