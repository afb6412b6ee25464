"""The connection to PostgreSQL, found as libpq finds it, for the gate, the loads, reports and dbt.

libpq's variables, service file, password file and defaults are read by libpq itself. dbt's profile
has to name a host, a port, a user and a database, so dbt is handed those of an open connection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from headroom.engine_errors import unreachable
from headroom.source import CONNECT_SECONDS, options_of

# dbt keeps a variable with this beginning out of its logs and of what it knows of the project.
SECRET_VARIABLE = "DBT_ENV_SECRET_PGPASSWORD"  # noqa: S105
# A connection through them is already resolved, or they hold a secret.
LEFT_OUT = ("PGSERVICE", "PGSERVICEFILE", "PGPASSWORD")

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Address:
    """The database that a connection reached. `host` is a name, an address or a socket's folder."""

    host: str
    port: int
    database: str
    user: str

    def __str__(self) -> str:
        """Name the database for a person."""
        return (
            f"PostgreSQL database {self.database} "
            f"(host {self.host}, port {self.port}, user {self.user})"
        )


def connect(
    dsn: str | None = None, *, autocommit: bool = True, read_only: bool = False
) -> Connection:
    """Connect as libpq's variables, files and defaults say; the session's time zone is UTC.

    What a `dsn` (HEADROOM_SOURCE_DSN) says wins over them.

    Statements are not prepared: a pooler may give the next one to another session of the server.
    `read_only` holds for transactions. Raises WarehouseUnavailableError where there is no server;
    the password is never part of the message.
    """
    try:
        connection = psycopg.connect(
            "", **_parameters(dsn), autocommit=True, prepare_threshold=None
        )
    except psycopg.Error as error:
        raise unreachable(error, is_source=dsn is not None) from error
    try:
        # An option of the connection would replace those of PGOPTIONS, and poolers refuse it.
        connection.execute("select set_config('TimeZone', 'UTC', false)")
        connection.autocommit = autocommit
        # None leaves it to the server: False would overrule default_transaction_read_only.
        connection.read_only = read_only or None
    except psycopg.Error as error:
        connection.close()
        raise unreachable(error, is_source=dsn is not None) from error
    return connection


def _parameters(dsn: str | None) -> dict[str, Any]:
    """Give what libpq's variables and service file say, without its defaults.

    psycopg looks up a host before libpq does, and does not see the service file.
    """
    found = {
        option.keyword.decode(): option.val.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.val is not None and option.val != option.compiled
    }
    # What is sent is UTF-8; the server must not take it for what a variable says.
    named = options_of(dsn) if dsn else {}
    return {"connect_timeout": CONNECT_SECONDS, **found, **named, "client_encoding": "UTF8"}


def address_of(connection: Connection) -> Address:
    """Say which database a connection reached."""
    info = connection.info
    return Address(info.host, info.port, info.dbname, info.user)


def is_pooled(connection: Connection) -> bool:
    """Tell whether a pooler is in front of the server: then the server's process is another."""
    row = connection.execute("select pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid


def variables_for_dbt(environment: Mapping[str, str]) -> dict[str, str]:
    """Give an environment in which dbt reaches the database that `connect` reaches.

    Each setting of libpq that has a variable is set to what the connection uses, so no service file
    is read again. Of several hosts only the one that answered is left.
    """
    with connect() as connection:
        info = connection.info
        used = {
            option.envvar.decode(): option.val.decode()
            for option in connection.pgconn.info
            if option.envvar and option.val is not None and option.val != option.compiled
        }
        settled = {
            "PGHOST": info.host,
            "PGPORT": str(info.port),
            "PGUSER": info.user,
            "PGDATABASE": info.dbname,
        }
        if "PGHOSTADDR" in used:
            settled["PGHOSTADDR"] = info.hostaddr
        if info.password:
            settled[SECRET_VARIABLE] = info.password
    known = {
        option.envvar.decode() for option in psycopg.pq.Conninfo.get_defaults() if option.envvar
    }
    others = {name: value for name, value in environment.items() if name not in known}
    chosen = {**others, **used, **settled}
    return {name: value for name, value in chosen.items() if name not in LEFT_OUT}
