"""Flotilla's PostgreSQL beside a DuckDB warehouse: HEADROOM_SOURCE_DSN says where it is.

DuckDB reads it through its extension for PostgreSQL, which comes from the package index and is
loaded from its file: nothing is downloaded. The extension quotes the text that it is given to
connect with in its errors, so that text is empty: all of the DSN is a secret of the connection.
"""

import importlib.util
from pathlib import Path

import duckdb
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.settings import SOURCE_DATABASE, SOURCE_VARIABLE

PACKAGE = "duckdb_extension_postgres_scanner"
# What says which database it is, and no secret.
PLACE = ("host", "hostaddr", "port", "dbname", "service")
CONNECT_SECONDS = "10"


def options_of(dsn: str) -> dict[str, str]:
    """Read a connection string or URI of libpq; raise UsageError for another text, unquoted."""
    try:
        options = conninfo_to_dict(dsn)
    except ProgrammingError as error:
        raise UsageError(
            f"{SOURCE_VARIABLE} is not a connection string of PostgreSQL",
            "write host=... dbname=... user=..., or postgresql://user@host/dbname",
        ) from error
    return {name: str(value) for name, value in options.items()}


def place_in(dsn: str) -> list[str]:
    """Say which database a DSN names, without user and password."""
    options = options_of(dsn)
    return [f"{name}={options[name]}" for name in PLACE if name in options]


def attach_source(connection: duckdb.DuckDBPyConnection, dsn: str, schema: str) -> None:
    """Let a connection read a schema of the server, under the name `flotilla_source`.

    Raises WarehouseUnavailableError where the extension is not installed, and DuckDB's own errors
    where the server does not answer.
    """
    options = {"connect_timeout": CONNECT_SECONDS, **options_of(dsn)}
    said = ", ".join(f"{name} {_literal(value)}" for name, value in options.items())
    connection.execute(f"load {_literal(str(require_extension()))}")
    connection.execute(
        f"create or replace temporary secret {SOURCE_DATABASE} (type postgres, {said})"
    )
    connection.execute(
        f"attach if not exists '' as {SOURCE_DATABASE}"
        f" (type postgres, secret {SOURCE_DATABASE}, schema {_literal(schema)}, read_only)"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def require_extension() -> Path:
    """Give the file of the extension that was built for this version of DuckDB.

    Raises WarehouseUnavailableError where it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = folder / "extensions" / f"v{duckdb.__version__}" / "postgres_scanner.duckdb_extension"
    if not file.exists():
        raise WarehouseUnavailableError(
            f"DuckDB's extension for PostgreSQL is missing, which {SOURCE_VARIABLE} needs",
            f"install {PACKAGE.replace('_', '-')}=={duckdb.__version__}",
        )
    return file
