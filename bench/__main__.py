"""Time report queries over marts and over raw rows on both engines, and the HTML page.

Times of one machine at one moment mean little; what is compared here was measured in one run.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.builds import TRIES, cost_of
from bench.raw_queries import RAW_QUERIES
from headroom.report import REPORTS, Request
from headroom.report.compiled import compile_analyses, fill
from headroom.settings import TARGETS, Settings, Target
from headroom.throwaway_postgres import test_server, throwaway_database
from headroom.warehouse import open_warehouse

REPEATS = 7
console = Console()


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


def report_queries(settings: Settings) -> dict[str, str]:
    """Give the SQL of each report query over marts, for the moment at which it was published."""
    analyses = compile_analyses(settings, RAW_QUERIES)
    moments = {
        question.analysis: question.published_at or report.published_at
        for report in REPORTS.values()
        for question in report.questions
    }
    return {
        name: fill(sql, Request().values(moments[name], is_reference=True))
        for name, sql in analyses.items()
    }


def measure_queries(settings: Settings) -> None:
    """Print the median time of each report query over marts and over raw rows."""
    filled = report_queries(settings)
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


def measure_page(settings: Settings, folder: Path) -> None:
    """Print what `headroom report html` takes: the middle of some tries, after a first one."""
    file = folder / "report.html"
    command = ("report", "html", "--output", str(file))
    _, *costs = (cost_of(settings, {}, *command) for _ in range(TRIES + 1))
    middle = sorted(costs, key=lambda cost: cost.wall)[TRIES // 2]
    console.print(
        f"{settings.target}: page of {file.stat().st_size / 1000:,.0f} KB in {middle.wall:.1f} s, "
        f"{middle.cpu:.1f} s of CPU, {middle.peak_mib:,.0f} MiB"
    )


def main() -> None:
    """Measure on both engines, or on one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, help="a fleet of so many days, 28,000 runs each")
    parser.add_argument("--target", choices=TARGETS, help="one engine only")
    asked = parser.parse_args()
    days = asked.days
    for target in [asked.target] if asked.target else TARGETS:
        with (
            tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder,
            warehouse_settings(target, Path(folder)) as settings,
        ):
            cost_of(settings, {}, "fleet", *(["--days", str(days)] if days else []))
            cost_of(settings, {}, "build")
            measure_queries(settings)
            measure_page(settings, Path(folder))


if __name__ == "__main__":
    main()
