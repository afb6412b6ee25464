"""Two builds of one database: the second one waits as long as it may, then names the first."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headroom import cli
from headroom.connection import connect
from headroom.errors import AnotherBuildError, LockedError, WarehouseUnavailableError
from headroom.lock import only_build
from headroom.settings import TARGETS, Settings
from headroom.throwaway_postgres import throwaway_database

HOLD = """
import sys
from headroom.lock import only_build
from headroom.settings import Settings
with only_build(Settings.from_environment()):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=TARGETS)
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setenv("HEADROOM_TARGET", request.param)
    monkeypatch.setenv("HEADROOM_DUCKDB_PATH", str(tmp_path / "headroom.duckdb"))
    if request.param == "duckdb":
        yield Settings.from_environment()
        return
    with throwaway_database(request.getfixturevalue("postgres_dsn")) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield Settings.from_environment()


@contextmanager
def another_build() -> Iterator[subprocess.Popen[str]]:
    """Another process holds the lock until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("")


def test_the_second_build_exits_with_8_and_names_the_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with another_build() as process:
        monkeypatch.setattr(sys, "argv", ["headroom", "build"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == AnotherBuildError.exit_code
        told = " ".join(capsys.readouterr().err.split())
        assert f"another build is running: process {process.pid} on {socket.gethostname()}" in told
        assert "since 20" in told


def test_a_build_that_waits_gets_its_turn(settings: Settings) -> None:
    with another_build() as process:
        with pytest.raises(LockedError, match="another build is running"), only_build(settings, 1):
            pass
        process.send_signal(signal.SIGTERM)
        with only_build(settings, 30) as holder:
            assert holder.pid == os.getpid()


def test_the_lock_of_a_killed_build_is_free(settings: Settings) -> None:
    with another_build() as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with only_build(settings, 10):
            pass


def test_builds_of_two_databases_do_not_meet(settings: Settings, tmp_path: Path) -> None:
    if settings.target == "postgres":
        pytest.skip("an advisory lock of PostgreSQL is one of a database")
    with only_build(settings), only_build(Settings("duckdb", tmp_path / "other.duckdb", "raw")):
        pass


def test_a_build_outlives_limits_on_idle_sessions_and_the_end_of_its_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if settings.target == "duckdb":
        pytest.skip("a server ends sessions")
    monkeypatch.setenv("PGOPTIONS", "-c idle_in_transaction_session_timeout=200ms")
    with only_build(settings):
        time.sleep(0.5)
        with pytest.raises(LockedError), only_build(settings):
            pass
        with connect() as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
            )
    # Its lock is lost with the session; the work of the build is not.
    with only_build(settings):
        pass


def test_a_lock_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings("duckdb", tmp_path / "file" / "headroom.duckdb", "raw")
    with pytest.raises(WarehouseUnavailableError, match="cannot be made"), only_build(settings):
        pass
