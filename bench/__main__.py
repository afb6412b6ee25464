"""Time builds and report queries on both engines, and print them with their ratios.

Times of one machine at one moment mean little; what is compared here was measured in one run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.raw_queries import RAW_QUERIES
from headroom.report import REPORTS, Request
from headroom.report.compiled import compile_analyses, fill
from headroom.settings import TARGETS, Settings, Target
from headroom.throwaway_postgres import test_server, throwaway_database
from headroom.warehouse import open_warehouse

REPEATS = 7
console = Console()


@dataclass(frozen=True)
class Measured:
    """Wall seconds, and the peak memory of the largest process, of a command."""

    seconds: float
    peak_mib: float


def run_headroom(settings: Settings, *arguments: str) -> Measured:
    """Run a command of the command line to its end."""
    command = [sys.executable, "-m", "headroom.cli", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=settings.environment(), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed on {settings.target}")
    return Measured(seconds, usage.ru_maxrss / 1024)


@contextmanager
def warehouse_settings(target: Target, folder: Path) -> Iterator[Settings]:
    """Give an empty warehouse of our own on an engine."""
    settings = Settings(target, folder / "headroom.duckdb", "flotilla")
    if target == "duckdb":
        yield settings
        return
    with test_server() as dsn, throwaway_database(dsn) as variables:
        os.environ.update(variables)
        yield settings


def measure_builds(settings: Settings, days: int | None) -> None:
    """Print the fleet, a full build and a build with nothing new."""
    scale = ["--days", str(days)] if days else []
    table = Table("command", "seconds", "peak MiB of one process", title=settings.target)
    full = None
    for label, arguments in (
        ("make the fleet", ["fleet", *scale]),
        ("full build", ["build"]),
        ("build with nothing new", ["build"]),
    ):
        measured = run_headroom(settings, *arguments)
        full = measured if label == "full build" else full
        ratio = f" ({measured.seconds / full.seconds:.2f} of full)" if full else ""
        table.add_row(label, f"{measured.seconds:.1f}{ratio}", f"{measured.peak_mib:.0f}")
    console.print(table)


def measure_queries(settings: Settings) -> None:
    """Print the median time of each report query over marts and over raw rows."""
    analyses = compile_analyses(settings, RAW_QUERIES)
    moments = {
        question.analysis: question.published_at or report.published_at
        for report in REPORTS.values()
        for question in report.questions
    }
    filled = {
        name: fill(sql, Request().values(moments[name], is_reference=True))
        for name, sql in analyses.items()
    }
    table = Table("query", "marts ms", "raw ms", "raw / marts", title=f"{settings.target}: queries")
    totals = [0.0, 0.0]
    with open_warehouse(settings, read_only=True) as warehouse:
        for name, raw_sql in RAW_QUERIES.items():
            times: list[list[float]] = [[], []]
            for _ in range(REPEATS):
                for side, sql in enumerate((filled[name], raw_sql)):
                    started = time.perf_counter()
                    warehouse.query(sql)
                    times[side].append(time.perf_counter() - started)
            marts, raw = (statistics.median(side) * 1000 for side in times)
            totals = [totals[0] + marts, totals[1] + raw]
            table.add_row(name, f"{marts:.1f}", f"{raw:.1f}", f"{raw / marts:.1f}")
    table.add_section()
    table.add_row("all", *(f"{total:.1f}" for total in totals), f"{totals[1] / totals[0]:.1f}")
    console.print(table)


def main() -> None:
    """Measure on both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, help="a fleet of so many days, 28,000 runs each")
    days = parser.parse_args().days
    for target in TARGETS:
        with (
            tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder,
            warehouse_settings(target, Path(folder)) as settings,
        ):
            measure_builds(settings, days)
            measure_queries(settings)


if __name__ == "__main__":
    main()
