"""One build at a time: who builds holds a lock that ends with the process.

PostgreSQL: an advisory lock in a transaction that stays open, so that it also holds through a
pooler that gives each transaction a session. An idle transaction that read nothing keeps no old
row from being cleaned up. Plain dbt looks for the session's name when it starts
(`macros/hooks/require_no_other_build.sql`). DuckDB: a lock on a file beside the database, whose
file the engine locks as long as it is open.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from headroom.connection import Connection, connect
from headroom.engine_errors import explained
from headroom.errors import AnotherBuildError, WarehouseUnavailableError
from headroom.settings import Settings

# Beside the lock of loads (headroom.landed.landing); of this database alone.
BUILD_LOCK = 7_105_205
RETRY_SECONDS = 0.5
APPLICATION = "headroom build"
# PostgreSQL cuts an application's name after so many bytes.
LONGEST_NAME = 63


@dataclass(frozen=True)
class Holder:
    """Who holds the lock: a process of a host, since a moment in UTC."""

    host: str
    pid: int
    since: datetime

    @classmethod
    def here(cls) -> "Holder":
        """Give this process, from now on."""
        return cls(socket.gethostname(), os.getpid(), datetime.now(UTC).replace(microsecond=0))

    def __str__(self) -> str:
        """Say who it is in a sentence."""
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def only_build(settings: Settings, wait_seconds: float = 0) -> Iterator[Holder]:
    """Hold the lock of builds in a database; wait so long for another build to end.

    Raises AnotherBuildError, naming the holder, where the lock is not free by then, and
    WarehouseUnavailableError where the server does not answer or the folder cannot be written.
    """
    deadline = time.monotonic() + wait_seconds
    taken = _on_server if settings.target == "postgres" else _beside_file
    with taken(settings, deadline) as holder:
        yield holder


@contextmanager
def _beside_file(settings: Settings, deadline: float) -> Iterator[Holder]:
    path = settings.duckdb_path.with_name(f"{settings.duckdb_path.name}.build-lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The file stays: another process may have opened it by now, to wait for it.
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise WarehouseUnavailableError(
            f"the lock {path} cannot be made: {error.strerror}",
            "a build writes beside its DuckDB file: let this user write into that folder",
        ) from error
    with file:
        while not _locks(file.fileno()):
            _wait(deadline, _written_holder(path))
        holder = Holder.here()
        file.truncate(0)
        file.write(json.dumps({**asdict(holder), "since": holder.since.isoformat()}))
        file.flush()
        yield holder


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written_holder(path: Path) -> Holder | None:
    """Read who wrote the file last; None where another process is just writing it."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(told["since"])
        return Holder(str(told["host"]), int(told["pid"]), since)
    return None


@contextmanager
def _on_server(_settings: Settings, deadline: float) -> Iterator[Holder]:
    connection = connect(autocommit=False)
    try:
        with explained():
            # No build may end because it took longer than a session may be idle.
            connection.execute(
                "select set_config('idle_in_transaction_session_timeout', '0', true)"
            )
            while not _takes(connection):
                _wait(deadline, _server_holder(connection))
            holder = Holder.here()
            connection.execute(
                "select set_config('application_name', %s, true)", [_name_of(holder)]
            )
        yield holder
    finally:
        # A build that ended well did so also where the server ended this session before.
        with suppress(psycopg.Error):
            connection.rollback()
        connection.close()


def _takes(connection: Connection) -> bool:
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [BUILD_LOCK]).fetchone()
    return bool(row and row[0])


def _name_of(holder: Holder) -> str:
    """Say the holder where every user of the server may read it."""
    text = f"{APPLICATION} {holder.since:%Y-%m-%dT%H:%M:%S%z} {holder.pid} {holder.host}"
    return text[:LONGEST_NAME]


def _server_holder(connection: Connection) -> Holder | None:
    row = connection.execute(
        "select activity.application_name"
        " from pg_catalog.pg_locks as locks"
        " inner join pg_catalog.pg_stat_activity as activity on locks.pid = activity.pid"
        " where locks.locktype = 'advisory' and locks.granted and locks.objsubid = 1"
        " and locks.classid = 0 and locks.objid = %s and activity.datname = current_database()",
        [BUILD_LOCK],
    ).fetchone()
    words = str(row[0]).removeprefix(APPLICATION).split(maxsplit=2) if row else []
    with suppress(ValueError):
        since, pid, host = words
        return Holder(host, int(pid), datetime.fromisoformat(since))
    return None


def _wait(deadline: float, holder: Holder | None) -> None:
    if time.monotonic() >= deadline:
        raise AnotherBuildError(
            f"another build is running: {holder or 'its process is unknown'}",
            "let it end, then build again; nothing was changed",
        )
    time.sleep(RETRY_SECONDS)
