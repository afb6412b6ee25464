"""One way to talk to either engine: query, execute, and load in bulk.

Sessions of both engines run in UTC, so a timestamp prints the same from either.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.csv

from headroom.connection import address_of, connect, is_pooled
from headroom.engine_errors import READS_ONLY, explained
from headroom.errors import LockedError, WarehouseUnavailableError
from headroom.memory import spill_folder
from headroom.settings import Settings, Target
from headroom.source import attach_source

# Texts that come often take half the time to write and less room than in the oldest format; DuckDB
# before 1.4 cannot open the file. An old file stays as it is.
NEW_FILE_FORMAT = "v1.4.0"


def file_options(settings: Settings) -> dict[str, str]:
    """Give the options with which a DuckDB file is opened, as profiles/profiles.yml says to dbt."""
    return {
        "storage_compatibility_version": NEW_FILE_FORMAT,
        "memory_limit": settings.memory_text,
        "temp_directory": str(spill_folder(settings.duckdb_path)),
    }


@dataclass(frozen=True)
class Result:
    """The columns and rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


class Warehouse(ABC):
    """An open connection; a context manager that closes it.

    `place` names the database for a person, never with a password. What an engine refuses for a
    reason outside Headroom is raised as WarehouseUnavailableError.
    """

    place: str
    engine: Target

    @abstractmethod
    def query(self, sql: str) -> Result:
        """Run one statement that returns rows."""

    @abstractmethod
    def execute(self, sql: str) -> None:
        """Run statements that return nothing, in one transaction."""

    @abstractmethod
    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Append record batches to an existing table in one transaction; return the rows.

        Columns are matched by name; columns of the table that a batch lacks stay NULL.
        """

    @abstractmethod
    def readable(self, schema: str) -> set[str]:
        """Name everything in a schema that can be read as a table."""

    @abstractmethod
    def require_writable(self) -> None:
        """Raise WarehouseUnavailableError where the database can only be read."""

    @contextmanager
    def one_session(self) -> Iterator[None]:
        """Keep temporary tables from the beginning of the block to its end."""
        yield

    @abstractmethod
    def one_snapshot(self) -> AbstractContextManager[None]:
        """Let every query of the block see the database, and the source, at one moment."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        """Give the open connection itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection, whatever happened."""
        self.close()

    def scalar(self, sql: str) -> Any:
        """Give the first column of the first row, or None where there is no row."""
        rows = self.query(sql).rows
        return rows[0][0] if rows else None


class DuckDBWarehouse(Warehouse):
    """The embedded file."""

    engine = "duckdb"

    def __init__(self, settings: Settings, read_only: bool) -> None:
        """Open the file; it is made when missing, unless `read_only`."""
        self.settings = settings
        path = settings.duckdb_path
        if read_only and not path.exists():
            raise WarehouseUnavailableError(
                f"there is no database at {path}",
                "load your data and run `headroom build`, or set HEADROOM_DUCKDB_PATH",
            )
        self.place = str(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseUnavailableError(
                f"the folder {path.parent} cannot be made: {error.strerror}",
                "set HEADROOM_DUCKDB_PATH to a file in a folder that this user may write",
            ) from error
        try:
            self.connection = duckdb.connect(
                self.place, read_only=read_only, config=dict(file_options(settings))
            )
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise LockedError(
                    f"{path} is locked by another process", "close it there, then try again"
                ) from error
            raise WarehouseUnavailableError(
                f"{path} cannot be opened as a DuckDB database",
                "it may not be a DuckDB file, or another version wrote it",
            ) from error
        self.connection.execute("set timezone = 'UTC'")

    def query(self, sql: str) -> Result:
        """Run one statement that returns rows."""
        with explained():
            cursor = self.connection.execute(sql)
            return Result([column[0] for column in cursor.description or []], cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run statements that return nothing, in one transaction."""
        with self._transaction():
            self.connection.execute(sql)

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Append record batches by name through Arrow, without a copy in Python."""
        rows = 0
        with self._transaction():
            for batch in batches:
                self.connection.register("incoming_batch", stream_of(batch))
                self.connection.execute(f"insert into {table} by name from incoming_batch")
                self.connection.unregister("incoming_batch")
                rows += batch.num_rows
        return rows

    def readable(self, schema: str) -> set[str]:
        """Name the tables and views of a schema, in lower case: DuckDB ignores the case."""
        found = self.query(
            "select lower(table_name) from information_schema.tables where"
            f" table_catalog = current_database() and lower(table_schema) = lower('{schema}')"
        )
        return {name for (name,) in found.rows}

    def require_writable(self) -> None:
        """Do nothing: a file that only reads does not open for writing."""

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained():
            self.connection.begin()
            try:
                yield
            except Exception:
                # The engine may have rolled back itself; the first error is the one to tell.
                with suppress(duckdb.Error):
                    self.connection.rollback()
                raise
            self.connection.commit()

    @contextmanager
    def one_snapshot(self) -> Iterator[None]:
        """Begin a transaction: each is one, and has one with a server that holds the source."""
        if self.settings.source_dsn:
            with explained():
                attach_source(
                    self.connection, self.settings.source_dsn, self.settings.source_schema
                )
        with self._transaction():
            yield

    def close(self) -> None:
        """Close the file, so that another process may write it."""
        self.connection.close()


def stream_of(batch: pa.RecordBatch) -> pa.RecordBatchReader:
    """Give a batch to be read once.

    DuckDB holds what was registered until the transaction ends. A stream that was read is empty.
    """
    return pa.RecordBatchReader.from_batches(batch.schema, iter([batch]))


class PostgresWarehouse(Warehouse):
    """A server, found as libpq finds it."""

    engine = "postgres"

    def __init__(self, read_only: bool, dsn: str | None = None) -> None:
        """Connect or say why not; the password is never part of the message."""
        self.connection = connect(dsn, read_only=read_only)
        self.place = str(address_of(self.connection))

    def query(self, sql: str) -> Result:
        """Run one statement that returns rows."""
        with explained(), self.connection.transaction():
            cursor = self.connection.execute(sql.encode())
            return Result([column.name for column in cursor.description or []], cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run statements that return nothing, in one transaction."""
        with explained(), self.connection.transaction():
            self.connection.execute(sql.encode())

    def require_writable(self) -> None:
        """Raise WarehouseUnavailableError on a standby, or for a user who may only read."""
        if self.scalar("show transaction_read_only") == "on":
            raise WarehouseUnavailableError(*READS_ONLY)

    @contextmanager
    def one_session(self) -> Iterator[None]:
        """Keep temporary tables to the end; behind a pooler all of the block is one transaction.

        A pooler may give the next transaction another session, which lacks the tables or holds
        those of another load.
        """
        if not is_pooled(self.connection):
            yield
            return
        with explained(), self.connection.transaction():
            yield
            self.connection.execute("discard temp")

    @contextmanager
    def one_snapshot(self) -> Iterator[None]:
        """Begin a transaction that sees the state of the database at its first statement."""
        with explained(), self.connection.transaction():
            self.connection.execute("set transaction isolation level repeatable read")
            yield

    def readable(self, schema: str) -> set[str]:
        """Name what can be read in a schema: also materialized views and foreign tables."""
        found = self.query(
            "select relname from pg_catalog.pg_class as class"
            " inner join pg_catalog.pg_namespace as namespace on class.relnamespace = namespace.oid"
            f" where relkind in ('r', 'p', 'v', 'm', 'f') and nspname = '{schema}'"
        )
        return {name for (name,) in found.rows}

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """COPY record batches as CSV: Arrow quotes each string, so '' and NULL stay apart."""
        rows = 0
        options = pyarrow.csv.WriteOptions(include_header=False)
        with explained(), self.connection.transaction(), self.connection.cursor() as cursor:
            for batch in batches:
                names = ", ".join(f'"{name}"' for name in batch.schema.names)
                statement = f"copy {table} ({names}) from stdin (format csv)"
                text = io.BytesIO()
                pyarrow.csv.write_csv(batch, text, options)
                self._require_characters(bytes(text.getbuffer()))
                with cursor.copy(statement.encode()) as copy:
                    copy.write(text.getbuffer())
                rows += batch.num_rows
        return rows

    def _require_characters(self, text: bytes) -> None:
        """Refuse what a database that keeps bytes would count and cut as bytes."""
        encoding = self.connection.info.parameter_status("server_encoding")
        if encoding == "SQL_ASCII" and not text.isascii():
            raise WarehouseUnavailableError(
                "the database keeps bytes, not characters (encoding SQL_ASCII); nothing of this "
                "load was stored",
                "make the database with the encoding UTF8",
            )

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def place_of(settings: Settings) -> str:
    """Name the database that a command works on, as `Warehouse.place` does."""
    if settings.target == "duckdb":
        return str(settings.duckdb_path)
    with open_warehouse(settings, read_only=True) as warehouse:
        return warehouse.place


def open_warehouse(settings: Settings, *, read_only: bool = False) -> Warehouse:
    """Open the engine that the settings name.

    Raises WarehouseUnavailableError where the file is missing (read-only), locked or no database,
    or where the server does not answer.
    """
    if settings.target == "duckdb":
        return DuckDBWarehouse(settings, read_only)
    return PostgresWarehouse(read_only)


@contextmanager
def source_of(warehouse: Warehouse, settings: Settings) -> Iterator[Warehouse]:
    """Give the database that holds the raw tables: a server beside a DuckDB file, or the warehouse.

    Raises WarehouseUnavailableError where the server does not answer.
    """
    if settings.source_dsn is None:
        yield warehouse
        return
    with PostgresWarehouse(read_only=True, dsn=settings.source_dsn) as source:
        yield source
