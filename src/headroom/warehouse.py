"""One way to talk to either engine: query, execute, and load in bulk.

Sessions of both engines run in UTC, so a timestamp prints the same from either.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv

from headroom.errors import WarehouseUnavailableError
from headroom.settings import Settings

# As profiles/profiles.yml says it to dbt. Texts that come often take half the time to write and
# less room than in the oldest format; DuckDB before 1.4 cannot open the file. An old file stays
# as it is.
NEW_FILE_OPTIONS = {"storage_compatibility_version": "v1.4.0"}


@dataclass(frozen=True)
class Result:
    """The columns and rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


class Warehouse(ABC):
    """An open connection; a context manager that closes it."""

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

    def __init__(self, settings: Settings, read_only: bool) -> None:
        """Open the file; it is made when missing, unless `read_only`."""
        path = settings.duckdb_path
        if read_only and not path.exists():
            raise WarehouseUnavailableError(
                f"there is no database at {path}",
                "run `headroom fleet` and `headroom build`, or set HEADROOM_DUCKDB_PATH",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.connection = duckdb.connect(
                str(path), read_only=read_only, config=dict(NEW_FILE_OPTIONS)
            )
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise WarehouseUnavailableError(
                    f"{path} is locked by another process", "close it there, then try again"
                ) from error
            raise WarehouseUnavailableError(
                f"{path} cannot be opened as a DuckDB database",
                "it may be no DuckDB file, or written by another version",
            ) from error
        self.connection.execute("set timezone = 'UTC'")

    def query(self, sql: str) -> Result:
        """Run one statement that returns rows."""
        cursor = self.connection.execute(sql)
        return Result([column[0] for column in cursor.description or []], cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run statements that return nothing, in one transaction."""
        self.connection.begin()
        try:
            self.connection.execute(sql)
        except Exception:
            self.connection.rollback()
            raise
        self.connection.commit()

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Append record batches by name through Arrow, without a copy in Python."""
        rows = 0
        self.connection.begin()
        try:
            for batch in batches:
                self.connection.register("incoming_batch", pa.Table.from_batches([batch]))
                self.connection.execute(f"insert into {table} by name from incoming_batch")
                self.connection.unregister("incoming_batch")
                rows += batch.num_rows
        except Exception:
            self.connection.rollback()
            raise
        self.connection.commit()
        return rows

    def close(self) -> None:
        """Close the file, so that another process may write it."""
        self.connection.close()


class PostgresWarehouse(Warehouse):
    """A server, found through libpq's own variables."""

    def __init__(self, read_only: bool) -> None:
        """Connect within 10 seconds or say why not; the password is never part of the message."""
        try:
            self.connection = psycopg.connect(
                "", connect_timeout=10, autocommit=True, options="-c timezone=UTC"
            )
        except psycopg.OperationalError as error:
            first_line = str(error).strip().splitlines()[0]
            raise WarehouseUnavailableError(
                f"PostgreSQL does not answer: {first_line}",
                "check PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE and PGSSLMODE",
            ) from error
        self.connection.read_only = read_only

    def query(self, sql: str) -> Result:
        """Run one statement that returns rows."""
        cursor = self.connection.execute(sql.encode())
        return Result([column.name for column in cursor.description or []], cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run statements that return nothing, in one transaction."""
        with self.connection.transaction():
            self.connection.execute(sql.encode())

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """COPY record batches as CSV: Arrow quotes each string, so '' and NULL stay apart."""
        rows = 0
        options = pyarrow.csv.WriteOptions(include_header=False)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for batch in batches:
                names = ", ".join(f'"{name}"' for name in batch.schema.names)
                statement = f"copy {table} ({names}) from stdin (format csv)"
                text = io.BytesIO()
                pyarrow.csv.write_csv(batch, text, options)
                with cursor.copy(statement.encode()) as copy:
                    copy.write(text.getbuffer())
                rows += batch.num_rows
        return rows

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def open_warehouse(settings: Settings, *, read_only: bool = False) -> Warehouse:
    """Open the engine that the settings name.

    Raises WarehouseUnavailableError where the file is missing (read-only), locked or no database,
    or where the server does not answer.
    """
    if settings.target == "duckdb":
        return DuckDBWarehouse(settings, read_only)
    return PostgresWarehouse(read_only)
