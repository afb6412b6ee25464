"""Time the report queries on PostgreSQL while a build runs, and how long marts of two builds mix.

    python -m bench.readers [--days 36]

A fleet of so many days is built; a day more is built while one reader asks the queries of both
reports in a loop. Marts mix from the first mart that the build replaced to the last.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.__main__ import report_queries, warehouse_settings
from bench.builds import cost_of
from headroom.fleet import DEFAULT_SEED
from headroom.fleet.daily import advance_fleet
from headroom.settings import Settings
from headroom.warehouse import open_warehouse


def read_beside(settings: Settings, command: list[str]) -> list[float]:
    """Ask the queries until the command has ended; give the seconds of each.

    Each round is a session: one that stays in its transaction holds what it read, and a build that
    replaces it waits.
    """
    queries = report_queries(settings).values()
    seconds = []
    process = subprocess.Popen(command, env=os.environ | settings.environment())
    while process.poll() is None:
        with open_warehouse(settings, read_only=True) as warehouse:
            for sql in queries:
                started = time.perf_counter()
                warehouse.query(sql)
                seconds.append(time.perf_counter() - started)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds


def seconds_mixed(results: Path) -> float:
    """Give the seconds between the ends of the first and the last mart of a build."""
    ends = [
        datetime.fromisoformat(timing["completed_at"])
        for node in json.loads(results.read_text(encoding="utf-8"))["results"]
        if node["relation_name"] and ".marts." in node["relation_name"].replace('"', "")
        for timing in node["timing"]
        if timing["name"] == "execute"
    ]
    return (max(ends) - min(ends)).total_seconds()


def main() -> None:
    """Measure one size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=36, help="28,000 runs each")
    days = str(parser.parse_args().days)
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder:
        os.environ["DBT_TARGET_PATH"] = f"{folder}/target"
        with warehouse_settings("postgres", Path(folder)) as settings:
            cost_of(settings, {}, "fleet", "--days", days)
            cost_of(settings, {}, "build")
            os.environ.update(settings.environment())
            advance_fleet(settings, DEFAULT_SEED, timedelta(days=1), 0)
            seconds = read_beside(settings, [sys.executable, "-m", "headroom.cli", "run"])
        p95 = statistics.quantiles(seconds, n=20)[-1]
        print(
            f"{days} days of history: {len(seconds)} report queries beside a build,"
            f" median {1000 * statistics.median(seconds):.1f} ms, p95 {1000 * p95:.1f} ms,"
            f" longest {1000 * max(seconds):.1f} ms"
        )
        mixed = seconds_mixed(Path(folder) / "target" / "run_results.json")
        print(f"marts of two builds stood side by side for {mixed:.1f} s")


if __name__ == "__main__":
    main()
