"""A server whose data are kept: they are there at the next start, and a second start is refused."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.throwaway_postgres import kept_server


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the account which runs the server reaches, where that is not our own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


def test_what_a_kept_server_holds_is_there_at_its_next_start(home: Path) -> None:
    with kept_server(home) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create table kept as select 7 as seven")
    with kept_server(home) as dsn:
        with psycopg.connect(dsn) as connection:
            assert connection.execute("select seven from kept").fetchall() == [(7,)]
        with pytest.raises(WarehouseUnavailableError, match="does not start"), kept_server(home):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="the server runs as the user alone")
def test_a_folder_that_the_servers_account_cannot_reach_is_refused(home: Path) -> None:
    home.mkdir(mode=0o700)
    with (
        pytest.raises(WarehouseUnavailableError, match="cannot reach"),
        kept_server(home / "inner"),
    ):
        pass
