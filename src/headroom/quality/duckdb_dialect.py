"""A SQLAlchemy dialect just large enough for Great Expectations to push its queries to DuckDB.

Why not duckdb-engine: Great Expectations closes a connection before it fetches the rows, and
DuckDB drops a result with its connection ("list index out of range"). Here a cursor fetches when it
executes; the gate's queries return one row. Great Expectations then takes the engine for one it
does not know and sends the suite's own SQL as it is, which is all the gate asks of it.

The file is opened read-only and, with SQLAlchemy's NullPool, closed after each query: dbt in
another process opens it for writing right after.
"""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, unquote

import duckdb
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect

SCHEME = "headroomduckdb"


class BufferedCursor:
    """The part of a DB-API cursor that SQLAlchemy uses to read."""

    rowcount = -1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Share the connection: DuckDB has no cursor apart from it."""
        self._connection = connection
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[Sequence[Any]] | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement and fetch its rows at once."""
        self._connection.execute(statement, parameters or None)
        self.description = self._connection.description
        self._rows = self._connection.fetchall()

    def fetchone(self) -> tuple[Any, ...] | None:
        """Give the next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Give the next rows."""
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Give the remaining rows."""
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Forget the remaining rows."""
        self._rows = []


class ReadOnlyConnection:
    """A DB-API connection that only reads: there is nothing to commit or to roll back."""

    def __init__(self, path: str) -> None:
        """Open the file for reading."""
        self._connection = duckdb.connect(path, read_only=True)

    def cursor(self) -> BufferedCursor:
        """Give a cursor over this connection."""
        return BufferedCursor(self._connection)

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Release the file."""
        self._connection.close()


class ReadOnlyDuckDBDialect(DefaultDialect):
    """DuckDB for plain SELECT statements."""

    name = "duckdb"
    driver = "headroom"
    supports_statement_cache = False

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """Give the module that names the parameter style and the errors."""
        return duckdb

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        """Take the path out of the URL."""
        return [unquote(url.database or "")], {}

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """Open the file for reading."""
        return ReadOnlyConnection(*cargs, **cparams)


def duckdb_url(path: Path) -> str:
    """Give the URL of a DuckDB file.

    The path is quoted: Great Expectations would replace a `$NAME` in it, SQLAlchemy cut it at `?`.
    """
    registry.register(SCHEME, __name__, ReadOnlyDuckDBDialect.__name__)
    return f"{SCHEME}:///{quote(str(path))}"
