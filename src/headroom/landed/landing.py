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

from headroom.errors import LockedError, WarehouseUnavailableError
from headroom.landed.contract import LANDED_SCHEMA, LandedTable
from headroom.landed.parts import mark_sql, part_sql, touched_sql
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
                raise _busy() from error
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
        """Land what a query of `reader` gives: the columns of the table, equal where keys are."""
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
            if table.event_key and self.warehouse.scalar(has_line_keys_sql(table)):
                locks = [] if self.target == "duckdb" else [_table_lock_sql(table)]
                rekey = [*rekey_sql(table, self.target), _mark_all_sql(table)]
                self._run([_lock_sql(self.target), *locks, *rekey])

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
            chunk_parts = mark_sql(table, touched_sql(table, f"{chunk} as touching"))
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
        newest = ", ".join([*(f"{name} desc nulls last" for name in table.newest_by), "rowid"])
        rows = self.warehouse.scalar(f"select count(*) from {table.relation}")
        if self._may_repeat(f"hash({key})", table, rows):
            self._run(
                [
                    f"delete from {table.relation} where rowid in (select rowid from"
                    f" (select rowid, row_number() over (partition by {key} order by {newest})"
                    " as place"
                    f" from {table.relation}) where place > 1)"
                ]
            )
            rows = self.warehouse.scalar(f"select count(*) from {table.relation}")
        self._run([_mark_all_sql(table)])
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
            raise _busy() from error


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


def _takes_label(table: LandedTable) -> str:
    """Say when a landed row takes the label of the incoming one; the macro says the same."""
    label = table.label
    if label is None:
        return "true"
    return (
        f"(landed.{label.column} = '{label.until}'"
        f" or (landed.{label.column} = incoming.{label.column} and landed.{label.detail} is null))"
    )


def _kept_label(table: LandedTable) -> str:
    """Give the label of a landed row that was given another one, else NULL."""
    label = table.label
    if label is None:
        return "cast(null as text)"
    detail = f"landed.{label.detail}"
    return (
        f"case when incoming.{label.column} <> '{label.until}' and not {_takes_label(table)}"
        f" and (landed.{label.column} <> incoming.{label.column}"
        f" or {detail} <> incoming.{label.detail})"
        f" then landed.{label.column} || coalesce(', experiment ' || {detail}, '') end"
    )


def has_line_keys_sql(table: LandedTable) -> str:
    """Ask whether a table has keys of older versions: 32 digits, the md5 of a whole line."""
    return f"select exists (select 1 from {table.relation} where length({table.key[0]}) = 32)"


def rekey_sql(table: LandedTable, target: Target) -> list[str]:
    """Give landed events the keys that a load would give them; of equal ones the best stays.

    The macro `rekey_landed_rows` does the same.
    """
    if table.event_key is None:
        return []
    time = table.event_key.time
    microseconds = (
        f"epoch_us({time})"
        if target == "duckdb"
        else f"cast(extract(epoch from {time}) * 1000000 as bigint)"
    )
    key = table.key[0]
    twice, columns = f"twice_{table.name}", ", ".join(table.columns)
    labelled = (
        f"case when {table.label.column} = '{table.label.until}' then 1 else 0 end, "
        if (table.label)
        else ""
    )
    newest = ", ".join(f"{name} desc nulls last" for name in table.newest_by)
    return [
        f"update {table.relation} set {key} = {table.event_key.sql(microseconds)}"
        f" where length({key}) = 32",
        f"create temporary table {twice} as select * from (select *,"
        f" row_number() over (partition by {key} order by {labelled}{newest}) as place,"
        f" count(*) over (partition by {key}) as copies from {table.relation}) as ranked"
        " where copies > 1",
        f"delete from {table.relation} where {key} in (select {key} from {twice})",
        f"insert into {table.relation} ({columns}) select {columns} from {twice} where place = 1",
        f"drop table {twice}",
    ]


def _mark_all_sql(table: LandedTable) -> str:
    """Mark every part of a table."""
    if table.part_kind is None:
        return ""
    return mark_sql(
        table, f"select {part_sql(table, 'landed')} as part from {table.relation} as landed"
    )


def _mark_merged_sql(table: LandedTable) -> str:
    """Mark the parts of rows that a merge wrote, and those in which they were before."""
    if table.part_kind is None:
        return ""
    rows = f"merged_{table.name} as touching"
    new = touched_sql(table, f"{rows} where touching.is_new")
    changed = f"from {rows} where is_different and not is_new"
    return mark_sql(
        table,
        f"{new} union select {part_sql(table, 'touching')} {changed}"
        f" union select known_part {changed}",
    )


def _merge_sql(table: LandedTable) -> str:
    key = ", ".join(table.key)
    columns = ", ".join(table.columns)
    same_key = " and ".join(f"landed.{name} = incoming.{name}" for name in table.key)
    kept = {table.label.column, table.label.detail} if table.label else set()
    takes = _takes_label(table)
    keeps = f"landed.{table.key[0]} is not null and not {takes}"
    is_older = _is_older_sql(table)
    values = ", ".join(
        f"case when {keeps if name in kept else is_older} then landed.{name}"
        f" else incoming.{name} end as {name}"
        if name not in table.key
        else f"incoming.{name}"
        for name in table.columns
    )
    order = ", ".join(
        [
            *(
                [f"case when {table.label.column} = '{table.label.until}' then 1 else 0 end"]
                if table.label
                else []
            ),
            *(f"{name} desc nulls last" for name in table.newest_by),
            "incoming_row desc",
        ]
    )
    differs = " or ".join(
        f"(landed.{name} is distinct from incoming.{name}"
        f" and {takes if name in kept else f'not ({is_older})'})"
        for name in table.columns
        if name not in table.key
    )
    known_part = part_sql(table, "landed") if table.part_kind else "cast(null as text)"
    return f"""
        create temporary table merged_{table.name} as
        select
            {values},
            landed.{table.key[0]} is null as is_new,
            coalesce({differs}, false) as is_different,
            {_kept_label(table)} as kept_label,
            {known_part} as known_part
        from (
            select
                *,
                row_number() over (partition by {key} order by {order}) as newest
            from incoming_{table.name}
        ) as incoming
        left join {table.relation} as landed on {same_key}
        where incoming.newest = 1;
        delete from {table.relation} as landed
        using merged_{table.name} as incoming
        where {same_key} and incoming.is_different;
        insert into {table.relation} ({columns})
        select {columns} from merged_{table.name} where is_new or is_different;
        {_mark_merged_sql(table)}
    """


def _is_older_sql(table: LandedTable) -> str:
    """Say whether the incoming row knows less than the landed one; NULL is the least."""
    older, equal = "false", "true"
    for name in table.newest_by:
        greater = f"coalesce(landed.{name} > incoming.{name}, landed.{name} is not null)"
        # Where both are there the comparison is not NULL; where the landed one is not, it is less.
        older = f"{older} or ({equal} and {greater})"
        equal = f"{equal} and landed.{name} is not distinct from incoming.{name}"
    return older


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
        {mark_sql(table, touched_sql(table, f"removed_{table.name} as touching"))}
    """
