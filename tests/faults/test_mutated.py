"""Mutated logs of every form: no traceback, no hang, no memory that grows.

The number of a case makes it again: `HEADROOM_CASES=failures.json:17 pytest -m long ...`.
"""

import gzip
import json
import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from headroom.errors import HeadroomError
from headroom.landed.contract import landed_tables
from headroom.landed.seed_csv import write_seeds
from headroom.loads.build_stats import Options as BuildOptions
from headroom.loads.build_stats.builds_read import BuildsRead
from headroom.loads.build_stats.load import _read as read_build_stats
from headroom.loads.dask_report.load import StreamsRead, read_report
from headroom.loads.failures import Options as FailureOptions
from headroom.loads.failures.failures_read import FailuresRead
from headroom.loads.failures.load import _read as read_failures
from headroom.loads.loading import read_sources
from headroom.loads.perf_logs import Options as PerfOptions
from headroom.loads.perf_logs import load_perf_logs
from headroom.loads.perf_logs.lines import BadLineError, parse_line
from headroom.loads.tally import Tally
from headroom.reading.inputs import Source
from headroom.settings import PROJECT_DIR, Settings
from tests.support.mutations import HangError, ends_within, mutate

SAMPLES = PROJECT_DIR / "samples"
SECONDS = 20.0
# Twenty in the tests, ten thousand in `make test-faults`; lines are a hundred times as many.
FEW, MANY = 20, int(os.environ.get("HEADROOM_MUTATED_FILES", "10000"))
FEW_LINES, MANY_LINES = 1000, 100 * MANY
GROWTH_MB = 400


def build_stats(path: Path) -> None:
    collected = BuildsRead(Tally())
    options = BuildOptions("b")
    read_sources(
        collected.tally,
        [Source(path)],
        lambda source, stream: read_build_stats(collected, source, stream, options),
    )
    [reject.row() for reject in collected.rejects]


def dask_report(path: Path) -> None:
    collected = StreamsRead(Tally(), PerfOptions())
    read_sources(
        collected.tally,
        [Source(path)],
        lambda source, stream: read_report(collected, source, stream),
    )
    collected.pack()
    [reject.row() for reject in collected.rejects]


def failures(path: Path) -> None:
    collected = FailuresRead(Tally())
    options = FailureOptions("s")
    read_sources(
        collected.tally,
        [Source(path)],
        lambda source, stream: read_failures(collected, source, stream, options),
    )
    collected.incoming()


def perf_logs(path: Path) -> None:
    settings = Settings("duckdb", path.with_suffix(".duckdb"), "none")
    try:
        load_perf_logs(settings, [str(path)], PerfOptions())
    finally:
        settings.duckdb_path.unlink(missing_ok=True)


def seed_csv(path: Path) -> None:
    folder = path.parent / "seeds"
    folder.mkdir(exist_ok=True)
    path.rename(folder / "landed_failure_solutions.csv")
    write_seeds(folder, {landed_tables()["landed_failure_solutions"]: []})


def _sqlite() -> bytes:
    """Give a history of a few rows: what is mutated is small, so that much of it is hit."""
    path = SAMPLES / "failures" / "history.db"
    with closing(sqlite3.connect(":memory:")) as small, closing(sqlite3.connect(path)) as whole:
        small.execute("pragma page_size = 1024")
        for (sql,) in whole.execute(
            "select sql from sqlite_master where type = 'table' and name like 'failure%'"
        ):
            small.execute(sql)
        for table in ("failure_events", "failure_solutions"):
            found = whole.execute(f"select * from {table} limit 20").fetchall()
            if found:
                small.executemany(
                    f"insert into {table} values ({', '.join('?' * len(found[0]))})", found
                )
        small.commit()
        return small.serialize()


def _pods() -> bytes:
    document = json.loads(gzip.decompress((SAMPLES / "failures" / "pods.json.gz").read_bytes()))
    return json.dumps({**document, "items": document["items"][:6]}, indent=1).encode()


def _events() -> bytes:
    document = json.loads((SAMPLES / "failures" / "events.json").read_bytes())
    return json.dumps({**document, "items": document["items"][:10]}).encode()


def _campaign() -> bytes:
    document = json.loads((SAMPLES / "builds" / "campaign_stats.json").read_bytes())
    return json.dumps(document).encode()[:40_000]


def _yaml() -> bytes:
    import yaml  # noqa: PLC0415

    return yaml.safe_dump(json.loads(_pods())).encode()[:8000]


SEED = (
    b"source,failure_type,description,record_id,success_count,failure_count,last_used_at,created_at\n"
    b'a,OOMKilled,"more, memory",,3,1,2026-01-20 12:00:00+00,2026-01-20 12:00:00+00\n'
    b"a,Error,\\=1+1,,0,1,,\n"
)
FORMS: dict[str, tuple[Callable[[], bytes], Callable[[Path], None]]] = {
    "build.log": (
        lambda: (SAMPLES / "builds" / "cloud_build.log").read_bytes()[-30_000:],
        build_stats,
    ),
    "campaign.json": (_campaign, build_stats),
    "samples.json": (
        lambda: (SAMPLES / "builds" / "build-9f8e7d6c.json").read_bytes()[:8000],
        build_stats,
    ),
    "samples.jsonl": (
        lambda: (SAMPLES / "builds" / "build-1f2e3d4c.jsonl").read_bytes()[:8000],
        build_stats,
    ),
    "report.html": (
        lambda: (SAMPLES / "throughput" / "dask-perf-report.html").read_bytes()[-60_000:],
        dask_report,
    ),
    "pods.json": (_pods, failures),
    "pods.yaml": (_yaml, failures),
    "pods.json.gz": (lambda: gzip.compress(_pods(), mtime=0), failures),
    "events.json": (_events, failures),
    "history.db": (_sqlite, failures),
    "perf.log": (
        lambda: (SAMPLES / "throughput" / "reported_run.log").read_bytes()[:20_000],
        perf_logs,
    ),
    "seed.csv": (lambda: SEED, seed_csv),
}
# Each opens a warehouse: a tenth of a second, not a thousandth.
SLOW = ("perf.log", "seed.csv")


def try_case(form: str, number: int, folder: Path) -> None:
    """Read one mutated file; what fails is kept, and named by its number."""
    original, read = FORMS[form]
    path = folder / form
    raw = mutate(ORIGINALS.setdefault(form, original()), number)
    path.write_bytes(raw)
    try:
        with ends_within(SECONDS):
            read(path)
    except HeadroomError as error:
        assert error.message
    except (Exception, HangError) as error:
        kept = PROJECT_DIR / "target" / "mutated" / f"{number}-{form}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(raw)
        raise AssertionError(f"{form}:{number} (kept as {kept}): {error!r}") from error


ORIGINALS: dict[str, bytes] = {}


def most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("form", FORMS)
def test_a_few_mutated_files(tmp_path: Path, form: str) -> None:
    for number in range(FEW // 8 if form in SLOW else FEW):
        try_case(form, number, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_many_mutated_files(tmp_path: Path, form: str) -> None:
    first, most = 1000, 0
    for number in range(first, first + MANY):
        try_case(form, number, tmp_path)
        if number == first + MANY // 10:
            most = most_memory()
    print(f"{form}: {MANY:,} files, {most} MB and in the end {most_memory()} MB")
    assert most_memory() < most + GROWTH_MB


LINES = [
    line
    for name in ("reported_run.log", "two_targets_pod_0.log")
    for line in (SAMPLES / "throughput" / name).read_bytes().splitlines()[:300]
]


def try_lines(numbers: range) -> None:
    """Read mutated lines one by one, as the rule for the odd ones does."""
    for number in numbers:
        line = mutate(LINES[number % len(LINES)], number).decode("utf-8", "replace")
        try:
            with ends_within(SECONDS):
                parse_line(line.replace("\0", "\ufffd"))
        except BadLineError as error:
            assert str(error)
        except (Exception, HangError) as error:
            raise AssertionError(f"line {number}: {line[:500]!r}: {error!r}") from error


def test_some_mutated_lines() -> None:
    try_lines(range(FEW_LINES))


@pytest.mark.long
def test_very_many_mutated_lines() -> None:
    try_lines(range(10_000, 10_000 + MANY_LINES))
    print(f"{MANY_LINES:,} lines")
