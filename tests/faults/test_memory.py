"""A long history takes no more memory than a short one."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.check_history import SCHEMA

pytestmark = pytest.mark.long
MEGABYTE = 1024 * 1024
ROW = 120_000
# Loads in a separate process, and prints the most memory that it held, in MB.
MEASURE = """
import resource, sys
from pathlib import Path
from headroom.loads.failures import Options, load_failures
from headroom.settings import Settings
settings = Settings("duckdb", Path(sys.argv[2]), "none")
tally = load_failures(settings, [sys.argv[1]], Options())
assert tally.is_clean, tally
print(tally.parsed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def write_history(path: Path, megabytes: int) -> int:
    """Write failures with two long snippets each; give how many."""
    numbers = random.Random(7)  # noqa: S311
    words = " ".join(f"word{numbers.randrange(10**6)}" for _ in range(20_000))
    count = megabytes * MEGABYTE // ROW
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        for number in range(count):
            snippets = [
                f"{number} {words[start : start + ROW // 2]}"
                for start in (numbers.randrange(1000), numbers.randrange(1000))
            ]
            database.execute(
                "insert into failure_events (job_name, timestamp, logs_snippet, events_snippet)"
                " values (?, '2026-01-20 12:00:00', ?, ?)",
                (f"job-{number}", *snippets),
            )
        database.commit()
    return count


def test_memory_does_not_grow_with_a_history(tmp_path: Path) -> None:
    most = []
    for megabytes in (150, 450):
        path = tmp_path / f"{megabytes}.db"
        count = write_history(path, megabytes)
        command = [sys.executable, "-c", MEASURE, str(path), str(tmp_path / f"{megabytes}.duckdb")]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        parsed, memory = map(int, printed.split()[-2:])
        assert parsed == count
        path.unlink()
        most.append(memory)
    print(f"150 and 450 MB of history: {most[0]} and {most[1]} MB of memory")
    assert most[1] < 1000
    assert most[1] < most[0] + 150
