"""The marts that Superset shows: those of the server that the environment names, else a demo's.

The demo is the reference fleet and the sample logs, in a PostgreSQL that is kept under target/.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from headroom.connection import connect
from headroom.errors import HeadroomError, WarehouseUnavailableError
from headroom.settings import MARTS_SCHEMA, PROJECT_DIR
from headroom.throwaway_postgres import LIBPQ_VARIABLES, kept_server

ROLES = PROJECT_DIR / "deploy" / "roles.sql"
DATABASE, BUILDER, BI = "headroom", "headroom_builder", "headroom_bi"
# What a build of the demo reads beside the fleet.
SIMULATIONS = ("load", "perf-logs", "--calibration", "typhoid", "--experiment")
LOADS = (
    ("load", "build-stats", "samples/builds"),
    ("load", "failures", "samples/failures"),
    (*SIMULATIONS, "A", "samples/throughput/experiment_a.log.gz"),
    (*SIMULATIONS, "B", "samples/throughput/experiment_b.log.gz"),
)


@contextmanager
def marts(folder: Path) -> Iterator[URL]:
    """Give the address at which a BI tool reads the marts.

    HEADROOM_TARGET=postgres takes the server and the role of the PG* variables, where nothing is
    written. Otherwise the demo in `folder` is filled once, and built where the project has changed.
    Raises HeadroomError where there is no server, or no marts in it.
    """
    if os.environ.get("HEADROOM_TARGET") == "postgres":
        yield _named_server()
        return
    with kept_server(folder / "postgres") as dsn:
        owner = {key: str(value) for key, value in conninfo_to_dict(dsn, dbname=DATABASE).items()}
        _fill(owner, folder)
        yield _address({**owner, "user": BI})


def _named_server() -> URL:
    """Give the address of the server that libpq's variables name; what they say is its login."""
    with connect(read_only=True) as connection:
        found = connection.execute(
            "select 1 from pg_namespace where nspname = %s", (MARTS_SCHEMA,)
        ).fetchone()
        login = connection.info.get_parameters() | {"password": connection.info.password}
    if not found:
        raise WarehouseUnavailableError(
            f"database {login['dbname']} has no schema {MARTS_SCHEMA}",
            "make the marts with `headroom build`, or name another database (PGDATABASE)",
        )
    return _address(login)


def _address(login: Mapping[str, str]) -> URL:
    """Give the address of a login, in the words of libpq, as Superset writes it."""
    parts = {key: login.get(key) or None for key in ("host", "password")}
    port = int(login.get("port") or 5432)
    return URL.create(
        "postgresql+psycopg2", login["user"], port=port, database=login["dbname"], **parts
    )


def _fill(owner: dict[str, str], folder: Path) -> None:
    """Make the fleet, the roles and the marts as deploy/README.md says; later only build."""
    filled = folder / "filled"
    builder = {**owner, "user": BUILDER}
    if not filled.exists():
        print("Making the demo: a fleet, sample logs and their marts (once, some minutes)")
        with psycopg.connect(**{**owner, "dbname": "postgres"}, autocommit=True) as connection:
            connection.execute(f"drop database if exists {DATABASE} with (force)")
            connection.execute(f"create database {DATABASE}")
        _headroom(owner, folder, "fleet")
        with psycopg.connect(**owner, autocommit=True) as connection:
            connection.execute(ROLES.read_bytes())
        for load in LOADS:
            _headroom(builder, folder, *load)
    _headroom(builder, folder, "build")
    filled.touch()


def _headroom(login: dict[str, str], folder: Path, *arguments: str) -> None:
    """Run the command line on the demo's server, whatever the environment says of others.

    Raises HeadroomError where it fails.
    """
    others = ("HEADROOM_", "PG", "DBT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    environment |= {LIBPQ_VARIABLES[key]: value for key, value in login.items()}
    environment["HEADROOM_TARGET"] = "postgres"
    log = folder / "headroom.log"
    with log.open("a", encoding="utf-8") as output:
        ended = subprocess.run(
            [sys.executable, "-m", "headroom.cli", *arguments],
            cwd=PROJECT_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode:
        raise HeadroomError(
            f"`headroom {' '.join(arguments)}` ended with {ended.returncode}", f"{log} says why"
        )
