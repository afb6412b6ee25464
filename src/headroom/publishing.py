"""A copy of a DuckDB warehouse for readers: a build shuts out readers of its file.

The copy is written beside its place and swapped in by rename, so that a reader finds the old copy
or the new one, whole. Who has the old one open keeps reading it until it opens the file again.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from headroom.errors import UsageError, WarehouseUnavailableError
from headroom.lock import only_build
from headroom.operations import SCHEMA as OPERATIONS
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

# In a separate process: the locks that DuckDB holds on a file are those of a process, and closing
# any other handle of the file in it would give them up.
_COPY = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"


@dataclass(frozen=True)
class Published:
    """A published copy: its size, and the seconds that it took."""

    size_mb: float
    seconds: float


def publish(settings: Settings, file: Path) -> Published:
    """Copy the warehouse to a file, whole or not at all.

    Raises UsageError as `require_place` does, AnotherBuildError while a build is at work, and
    WarehouseUnavailableError where the copy cannot be written.
    """
    started = time.monotonic()
    require_place(settings, file)
    target = file.absolute()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with only_build(settings), open_warehouse(settings) as warehouse:
            # What stands in the log beside the file comes into it; the open file keeps writers out.
            warehouse.query("checkpoint")
            _copy(settings.duckdb_path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Published(target.stat().st_size / 1e6, time.monotonic() - started)


def require_place(settings: Settings, file: Path) -> None:
    """Raise UsageError where a copy would replace anything but a copy of a DuckDB warehouse."""
    target = file.absolute()
    if settings.target != "duckdb":
        raise UsageError("--publish copies a DuckDB file", "leave it out with --target postgres")
    if target.resolve() == settings.duckdb_path.resolve():
        raise UsageError("--publish names the warehouse itself", "name another file")
    if not target.exists():
        return
    try:
        with duckdb.connect(str(target), read_only=True) as connection:
            schemas = connection.execute(
                f"select 1 from information_schema.schemata where schema_name = '{OPERATIONS}'"
            ).fetchall()
    except duckdb.Error as error:
        raise UsageError(
            f"--publish: {target} is not a DuckDB file", "name another file"
        ) from error
    if not schemas:
        raise UsageError(
            f"--publish: {target} is a database that Headroom did not make", "name another file"
        )


def _copy(source: Path, part: Path) -> None:
    command = [sys.executable, "-c", _COPY, str(source), str(part)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise WarehouseUnavailableError(
            f"the copy {part} cannot be written: {lines[-1] if lines else 'no reason given'}",
            "check the folder, its rights and the free space; the old copy is as it was",
        )
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
