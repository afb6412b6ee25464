"""One fleet a session, read by all tests of this folder."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from headroom.fleet import write_fleet
from headroom.settings import Settings
from headroom.throwaway_postgres import test_server as server


def settings_in(folder: Path) -> Settings:
    return Settings("duckdb", folder / "fleet.duckdb", "flotilla")


def read(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(settings.duckdb_path), read_only=True)
    connection.execute(f"set timezone = 'UTC'; use {settings.source_schema}")
    return connection


@pytest.fixture(scope="session")
def fleet_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("fleet"))
    write_fleet(settings)
    return settings


@pytest.fixture(scope="session")
def fleet(fleet_settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The default fleet."""
    with read(fleet_settings) as connection:
        yield connection


@pytest.fixture(scope="session")
def long_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A longer fleet of another seed that covers all policy versions."""
    settings = settings_in(tmp_path_factory.mktemp("long-fleet"))
    write_fleet(settings, seed=7, until=date(2026, 1, 31))
    with read(settings) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    with server() as dsn:
        yield dsn
