"""Time whole builds beside histories of different sizes.

    python -m bench.builds [--target duckdb|postgres] [--days 36 357]

For each size a fleet of so many days (28,000 runs a day): a full build, a build with nothing new,
the same by `headroom run`, a build after logs were loaded, one after a day more, and one after a
day in which a hundredth as many older runs were corrected. CPU is that of the command's processes
and, on PostgreSQL, of the server; memory is that of the largest process.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen

from rich.console import Console
from rich.table import Table

from bench.pull import server_cpu
from headroom.fleet import DEFAULT_SEED
from headroom.fleet.daily import CORRECTIONS_A_DAY, advance_fleet
from headroom.settings import TARGETS, Settings, Target
from headroom.throwaway_postgres import test_server, throwaway_database
from tests.support.parse import environment_of

# Of what takes seconds: the middle one counts.
TRIES = 3
LOGS = ("load", "build-stats", "samples/builds")


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds of a command, and the peak memory of its largest process."""

    cpu: float
    wall: float
    peak_mib: float

    def row(self) -> list[str]:
        """Give the figures as a table shows them."""
        return [f"{self.cpu:.1f}", f"{self.wall:.1f}", f"{self.peak_mib:,.0f}"]


def cost_of(settings: Settings, variables: dict[str, str], *arguments: str) -> Cost:
    """Run a command of the command line to its end; its failure ends the benchmark."""
    command = [sys.executable, "-m", "headroom.cli", *arguments]
    before, started = server_cpu(variables), time.perf_counter()
    process = Popen(command, env=settings.environment() | variables, stdout=DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed on {settings.target}")
    cpu = usage.ru_utime + usage.ru_stime + server_cpu(variables) - before
    return Cost(cpu, wall, usage.ru_maxrss / 1024)


def costs_of_builds(settings: Settings, variables: dict[str, str], days: int) -> dict[str, Cost]:
    """Make a history and build it; give the cost of each build by what was new."""
    cost_of(settings, variables, "fleet", "--days", str(days))
    costs = {"all of it": cost_of(settings, variables, "build")}
    for what, command in (("nothing", "build"), ("nothing, by run", "run")):
        tries = [cost_of(settings, variables, command) for _ in range(TRIES)]
        costs[what] = sorted(tries, key=lambda cost: cost.wall)[TRIES // 2]
    cost_of(settings, variables, *LOGS)
    costs["logs"] = cost_of(settings, variables, "build")
    for what, corrections in (("a day", 0), ("a day, corrected", CORRECTIONS_A_DAY)):
        with environment_of(settings.environment() | variables):
            advance_fleet(settings, DEFAULT_SEED, timedelta(days=1), corrections)
        costs[what] = cost_of(settings, variables, "build")
    return costs


def measure(target: Target, days: int) -> dict[str, Cost]:
    """Measure in an empty warehouse of our own."""
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder:
        settings = Settings(target, Path(folder) / "headroom.duckdb", "flotilla")
        variables = {"DBT_TARGET_PATH": f"{folder}/target"}
        if target == "duckdb":
            return costs_of_builds(settings, variables, days)
        with test_server() as dsn, throwaway_database(dsn) as database:
            return costs_of_builds(settings, variables | database, days)


def main() -> None:
    """Measure one size after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=TARGETS, default="duckdb")
    parser.add_argument("--days", type=int, nargs="+", default=[36])
    asked = parser.parse_args()
    table = Table(title=f"Builds on {asked.target}, {os.cpu_count()} cores")
    for name in ("days of history", "what is new", "CPU s", "wall s", "peak MiB"):
        table.add_column(name, justify="right")
    sizes = [measure(asked.target, days) for days in asked.days]
    for days, costs in zip(asked.days, sizes, strict=True):
        for what, cost in costs.items():
            table.add_row(str(days), what, *cost.row())
        table.add_section()
    Console().print(table)
    for days, costs in zip(asked.days, sizes, strict=True):
        more = costs["nothing, by run"].wall - costs["nothing"].wall
        print(f"{days} days of history: headroom run adds {more:.1f} s to the build")
    if len(sizes) > 1:
        ratio = sizes[-1]["a day"].cpu / sizes[0]["a day"].cpu
        print(f"a day, the largest to the smallest: {ratio:.2f} in CPU")


if __name__ == "__main__":
    main()
