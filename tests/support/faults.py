"""What tests of faults share: a history, a run in a process, a server that can be restarted."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from headroom.errors import WarehouseUnavailableError
from headroom.throwaway_postgres import LIBPQ_VARIABLES
from tests.support.canonical import export_marts
from tests.support.project import Project
from tests.support.raw import START, Row, definition_row, run_row, write_raw

DEFINITIONS = [definition_row(f"definition-{number}") for number in range(3)]
# What a run says once dbt is about to make models.
BUILDING = "Building "
# dbt says in a comment which node a statement is for.
AT_WORK = """
    select substring(query from '"node_id": "model[^"]*"') as model
    from pg_stat_activity
    where datname = current_database() and query like '%"node_id": "model.%'
"""


def history(days: int, more: int = 0) -> list[Row]:
    """Runs of some days: commands that share a hash, and runs out of memory.

    `more` runs come to the first ten days.
    """
    return [_run(f"eks-{number}", number, 6 * number) for number in range(4 * days)] + [
        _run(f"eks-more-{number}", number, number % 240) for number in range(more)
    ]


def _run(run_id: str, number: int, hours: int) -> Row:
    queued_at = START + timedelta(hours=hours)
    return run_row(
        run_id,
        definition_id=f"definition-{number % 3}",
        command=f"command {number % 5}",
        command_hash=f"hash {number % 2}",
        queued_at=queued_at,
        exit_code=137 if number % 4 == 0 else 0,
        memory=1024 * (1 + number % 6),
    )


def write(project: Project, days: int, more: int = 0) -> None:
    """Let the source hold this history."""
    with project.in_environment():
        write_raw(project.settings, history(days, more), DEFINITIONS)


def marts_of(project: Project) -> dict[str, list[str]]:
    """Give the rows of every mart, in the form in which both engines are compared."""
    with project.in_environment():
        return export_marts(project.settings)


def start(project: Project, *words: str, **more: str) -> "subprocess.Popen[str]":
    """Start `headroom` with these words in a process group; `more` are variables."""
    return subprocess.Popen(
        [sys.executable, "-m", "headroom.cli", *words],
        env={**project.environment(), "PYTHONUNBUFFERED": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[str]", said: str = "") -> tuple[int, str]:
    """Wait for a command; give its exit code and what it said, after what was read before."""
    out, _ = process.communicate(timeout=600)
    assert "Traceback" not in said + out, said + out
    return process.returncode, said + out


def wait_until_it_says(process: "subprocess.Popen[str]", what: str) -> str:
    """Read what a run says until a line begins so; give it."""
    said = ""
    for line in process.stdout or ():
        said += line
        if line.startswith(what):
            return said
    raise AssertionError(f"it never said {what!r}: {said}")


def wait_until_free(project: Project) -> None:
    """A killed dbt may hold a DuckDB file for some milliseconds more."""
    for _ in range(100):
        try:
            project.query("select 1")
        except WarehouseUnavailableError:
            time.sleep(0.1)
        else:
            return


def place_of(project: Project) -> dict[str, str]:
    """Give what leads psycopg to the project's database."""
    return {
        key: project.variables[name]
        for key, name in LIBPQ_VARIABLES.items()
        if name in project.variables
    }


def server_says(place: dict[str, str], sql: str) -> str:
    """Ask a server for one value, in a session for that alone."""
    with psycopg.connect(**place, autocommit=True) as connection:  # type: ignore[arg-type]
        row = connection.execute(sql.encode()).fetchone()
    return str(row[0]) if row else ""


def wait_until_it_writes(project: Project, models: int = 10) -> None:
    """Wait until so many models were seen at work on the server."""
    seen = set()
    with psycopg.connect(**place_of(project), autocommit=True) as connection:  # type: ignore[arg-type]
        for _ in range(10_000):
            seen |= set(connection.execute(AT_WORK).fetchall())
            if len(seen) >= models:
                return
            time.sleep(0.01)
    raise AssertionError("dbt never wrote")


def restart(data: Path, mode: str) -> None:
    """Restart the server in a folder, as who started it; `immediate` is a crash."""
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    variables = Path(f"/proc/{postmaster}/environ").read_text().split("\0")
    program = shlex.split((data / "postmaster.opts").read_text())[0]
    control = [Path(program).with_name("pg_ctl"), "-D", data, "-m", mode, "-w", "restart"]
    subprocess.run(
        [*control, "-l", data / "log"],
        env=dict(one.split("=", 1) for one in variables if "=" in one),
        user=data.stat().st_uid,
        group=data.stat().st_gid,
        cwd=data,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill a run and the dbt that it started."""
    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def held_open(path: Path) -> Iterator[None]:
    """Let another process read a DuckDB file as long as the block lasts."""
    code = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1], read_only=True); print(flush=True);"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"{code} sys.stdin.read()", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        assert reader.stdout
        reader.stdout.readline()
        try:
            yield
        finally:
            reader.communicate()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a small disk on a folder, as long as the block lasts; skip where one may not."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"):
        yield


@contextmanager
def read_only(folder: Path, place: Path) -> Iterator[None]:
    """Show a folder at another place, where it is read-only even for root; skip as above."""
    with _mounted(place, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield


@contextmanager
def _mounted(place: Path, *what: str) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    mount = ["mount", *what, str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def filled(folder: Path, free: int) -> Iterator[None]:
    """Fill a disk up to so many free bytes, as long as the block lasts."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(folder).free - free))
    try:
        yield
    finally:
        ballast.unlink()
