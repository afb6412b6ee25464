"""How much memory DuckDB takes, and the folder for what does not fit."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headroom.errors import UsageError

VARIABLE = "HEADROOM_MEMORY_LIMIT"
# As DuckDB reads them.
UNITS = {
    "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4,
    "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3, "TIB": 1024**4,
}  # fmt: skip
# DuckDB asks for 125 MB for each thread; the profile gives it two.
LEAST = 250 * UNITS["MB"]


def memory_limit() -> int:
    """Give the bytes that DuckDB may hold: HEADROOM_MEMORY_LIMIT, else half of what is there.

    Raises UsageError where the variable says no size, or one with which nothing can be built.
    """
    text = os.environ.get(VARIABLE, "").strip()
    return _parsed(text) if text else max(available_memory() // 2, LEAST)


def _parsed(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]I?B)", text.upper(), re.ASCII)
    size = int(float(found[1]) * UNITS[found[2]]) if found else 0
    if size < LEAST:
        what = "is too little for a build" if found else "is not a size"
        raise UsageError(
            f"{VARIABLE} is {text!r}, which {what}",
            "give a number and its unit, such as 4GB or 512MiB, of at least "
            f"{LEAST // UNITS['MB']}MB; without it DuckDB takes half the memory of the machine or "
            "container",
        )
    return size


def available_memory(root: Path = Path("/")) -> int:
    """Give the bytes of the machine, or of the smallest control group that this process is in."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *_cgroup_limits(root)])


def _cgroup_limits(root: Path) -> Iterator[int]:
    """Read the limits of every control group around this process, of either version.

    A container may see its own group as the root: what is not there says nothing.
    """
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            is_old = "memory" in controllers.split(",")
            if controllers and not is_old:
                continue
            mount = root / ("sys/fs/cgroup/memory" if is_old else "sys/fs/cgroup")
            file = "memory.limit_in_bytes" if is_old else "memory.max"
            group = mount / path.strip("/")
            for folder in (group, *group.parents):
                if folder.is_relative_to(mount):
                    # "max": no limit.
                    with suppress(OSError, ValueError):
                        yield int((folder / file).read_text(encoding="ascii"))


def spill_folder(database: Path) -> Path:
    """Name the folder in which DuckDB keeps what does not fit into memory: beside the file."""
    return database.with_name(f"{database.name}.tmp")


@contextmanager
def private_spill(database: Path) -> Iterator[None]:
    """Let only this user read what DuckDB cannot keep in memory: commands pass through it.

    What a killed process left there is deleted first.
    """
    folder = spill_folder(database)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    finally:
        # DuckDB empties it; a reader may already use it again.
        with suppress(OSError):
            folder.rmdir()
