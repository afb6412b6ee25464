"""How much memory DuckDB takes, and the folder for what does not fit."""

import os
from pathlib import Path

import pytest

from headroom.errors import UsageError
from headroom.memory import LEAST, available_memory, memory_limit, private_spill
from headroom.settings import Settings

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GB", 4 * 10**9),
        (" 1.5 gb ", 15 * 10**8),
        ("512MiB", 512 * 1024**2),
        ("250MB", LEAST),
    ],
)
def test_a_size_is_read_as_duckdb_reads_it(
    text: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_MEMORY_LIMIT", text)
    assert Settings.from_environment("duckdb").memory_limit == size


@pytest.mark.parametrize("text", ["4", "4G", "-4GB", "50%", "much", "4GB;", "249MB", "0TB", "1KB"])
def test_what_is_no_size_or_too_little_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_MEMORY_LIMIT", text)
    with pytest.raises(UsageError, match="HEADROOM_MEMORY_LIMIT is '") as error:
        Settings.from_environment("duckdb")
    assert text in error.value.message
    assert "at least 250MB" in error.value.hint


def test_without_the_variable_half_of_what_is_there_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEADROOM_MEMORY_LIMIT", "")
    assert memory_limit() == max(available_memory() // 2, LEAST)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, MACHINE),
        # Version 2: the group itself says nothing, one around it does.
        (
            {
                "proc/self/cgroup": "0::/kubepods/pod1/main\n",
                "sys/fs/cgroup/kubepods/pod1/main/memory.max": "max\n",
                "sys/fs/cgroup/kubepods/pod1/memory.max": "300000000\n",
                "sys/fs/cgroup/kubepods/memory.max": "400000000\n",
            },
            300_000_000,
        ),
        # A container that sees its own group as the root.
        (
            {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "500000000\n"},
            500_000_000,
        ),
        # Version 1, beside controllers that limit other things.
        (
            {
                "proc/self/cgroup": "9:name=systemd:/x\n4:cpu,memory:/docker/a\n2:cpuacct:/\n",
                "sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes": "600000000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            600_000_000,
        ),
        # A group that is not shown here, and one without a limit.
        (
            {
                "proc/self/cgroup": "4:memory:/elsewhere\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
            MACHINE,
        ),
    ],
)
def test_the_smallest_group_counts(files: dict[str, str], found: int, tmp_path: Path) -> None:
    write(tmp_path, files)
    assert available_memory(tmp_path) == found


def test_what_does_not_fit_into_memory_is_private_and_goes(tmp_path: Path) -> None:
    folder = tmp_path / "w.duckdb.tmp"
    folder.mkdir()
    (folder / "left by a killed process").touch()
    with private_spill(tmp_path / "w.duckdb"):
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
