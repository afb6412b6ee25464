"""Time a build after one more log was loaded, beside long histories of logs.

    python -m bench.logs [--target duckdb|postgres] [--size 1 4]

Size 1 is 5,000 builds of 100 samples, and 100 calibrations of 6,000 timing lines, of which each
tenth is an experiment. For each size: a full build, then one after a log of a build was loaded, one
after a log of timings, and one with nothing new. CPU is that of the command's processes and, on
PostgreSQL, of the server.
"""

import argparse
import os
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.builds import Cost, cost_of
from headroom.landed.contract import landed_tables
from headroom.landed.landing import landing
from headroom.settings import TARGETS, Settings, Target
from headroom.throwaway_postgres import test_server, throwaway_database

BUILDS, SAMPLES, CALIBRATIONS, TIMINGS = 5_000, 100, 100, 6_000
START = "timestamptz '2025-01-01'"
# All arithmetic on the number n: the same history each time.
REPORTS = f"""
    select
        'build-' || n as build_id, md5('report ' || n) as report_id, 'region-' || n % 7 as region,
        case when n % 9 = 0 then 'FAILURE' else 'SUCCESS' end as status,
        {START} + n * interval '20 minutes' as created_at,
        {START} + n * interval '20 minutes' + interval '30 seconds' as started_at,
        {START} + n * interval '20 minutes' + interval '10 minutes' as finished_at,
        30 as queue_seconds, 570 as working_seconds, {SAMPLES} as sample_count,
        null as reported_cpu_avg_pct, null as reported_cpu_peak_pct, null as reported_memory_avg_gb,
        null as reported_memory_peak_gb, null as reported_io_read_mb, null as reported_io_write_mb,
        null as extra_fields
    from range({{size}} * {BUILDS}) as numbers (n)
"""
SAMPLED = f"""
    select
        'build-' || n // {SAMPLES} as build_id, n % {SAMPLES} as sample_index,
        {START} + n // {SAMPLES} * interval '20 minutes' + n % {SAMPLES} * interval '5 seconds'
            as sampled_at,
        hash(n) % 3000 / 100
        + case when n % {SAMPLES} > 60 and n % 3 = 0 then 50 else 0 end as cpu_pct,
        hash(n + 7) % 400 / 100 + case when n % 211 = 0 then 20 else 0 end as memory_used_gb,
        32 as memory_total_gb, n % {SAMPLES} * 1.5 as io_read_mb,
        n % {SAMPLES} * 0.5 as io_write_mb, null as extra_fields
    from range({{size}} * {BUILDS} * {SAMPLES}) as numbers (n)
"""
LINES = f"""
    select
        't' || md5('line ' || n) as timing_id,
        case when n % 12 < 10 then 'simulation' else 'aggregation' end as kind,
        'calibration-' || n // {TIMINGS} as calibration,
        case when n // {TIMINGS} % 10 = 0 and n % {TIMINGS} * 2 >= {TIMINGS} then 'A' end
            as experiment,
        case when n % 12 >= 10 then 'run-' || n // {TIMINGS} end as run_id,
        left(md5('param ' || n // 12), 8) as param_id,
        case when n % 12 < 10 then n % 1000 end as seed,
        case when n % 12 >= 10 then 'target-' || n % 2 end as target,
        'tcp://10.0.0.' || hash(n) % 64 || ':40000' as worker,
        100 + hash(n + 3) % 900 + case when n % 997 = 0 then 9000 else 0 end as duration_ms,
        case when n % 12 >= 10 then 10 end as sim_return_count,
        case when n % 12 >= 10 then 60 end as output_count,
        case when n % 12 >= 10 then hash(n // 12) % 900 / 100 end as total_inline_mb,
        case when n % 12 >= 10 then 40 end as max_single_kb,
        {START} + n * interval '1 second' as logged_at, null as pod_name
    from range({{size}} * {CALIBRATIONS} * {TIMINGS}) as numbers (n)
"""
ESTIMATES = f"""
    select
        'p' || md5('estimate ' || n) as payload_estimate_id,
        'calibration-' || n // {TIMINGS // 12} as calibration, null as experiment,
        10 as sim_return_count, hash(n) % 90000 / 100 as sample_kb,
        hash(n) % 90000 / 10 as total_estimate_kb,
        case when n // {TIMINGS // 12} % 4 > 0 then {START} + n * interval '12 seconds' end
            as logged_at,
        null as pod_name
    from range({{size}} * {CALIBRATIONS} * {TIMINGS // 12}) as numbers (n)
"""
WARNINGS = f"""
    select
        'w' || md5('warning ' || n) as worker_warning_id,
        'calibration-' || n // 200 as calibration, null as experiment, 'pausing' as category,
        'tcp://10.0.0.' || hash(n) % 64 || ':40000' as worker,
        hash(n + 1) % 300000 / 100 as process_memory_mb, 4096 as memory_limit_mb,
        case when n // 200 % 4 > 0 then {START} + n * interval '30 seconds' end as logged_at,
        null as pod_name
    from range({{size}} * {CALIBRATIONS} * 200) as numbers (n)
"""
HISTORY = {
    "landed_build_reports": REPORTS,
    "landed_build_samples": SAMPLED,
    "landed_timings": LINES,
    "landed_payload_estimates": ESTIMATES,
    "landed_worker_warnings": WARNINGS,
}
LOGS = {
    "a log of a build": ("load", "build-stats", "samples/builds/cloud_build.log"),
    "a log of timings": (
        *("load", "perf-logs", "--calibration", "one more"),
        "samples/throughput/reported_run.log",
    ),
}


def land_history(settings: Settings, size: int) -> None:
    """Land a history of logs, as a load lands rows."""
    for name, rows in HISTORY.items():
        table = landed_tables()[name]
        with landing(settings, [table]) as open_landing:
            open_landing.take(table, rows.format(size=size))
            open_landing.merge()


def costs_beside(settings: Settings, variables: dict[str, str], size: int) -> dict[str, Cost]:
    """Land a history and build it; give the cost of each build by what was new."""
    land_history(settings, size)
    costs = {"all of it": cost_of(settings, variables, "build")}
    for what, log in LOGS.items():
        cost_of(settings, variables, *log)
        costs[what] = cost_of(settings, variables, "build")
    return {**costs, "nothing": cost_of(settings, variables, "build")}


def measure(target: Target, size: int) -> dict[str, Cost]:
    """Measure in an empty warehouse of our own."""
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder:
        settings = Settings(target, Path(folder) / "headroom.duckdb", "flotilla")
        variables = {"DBT_TARGET_PATH": f"{folder}/target"}
        if target == "duckdb":
            return costs_beside(settings, variables, size)
        with test_server() as dsn, throwaway_database(dsn) as database:
            os.environ.update(database)
            return costs_beside(settings, variables | database, size)


def main() -> None:
    """Measure one size after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=TARGETS, default="duckdb")
    parser.add_argument("--size", type=int, nargs="+", default=[1, 4])
    asked = parser.parse_args()
    table = Table(title=f"Builds after loads on {asked.target}, {os.cpu_count()} cores")
    for name in ("size", "what is new", "CPU s", "wall s", "peak MiB"):
        table.add_column(name, justify="right")
    for size in asked.size:
        for what, cost in measure(asked.target, size).items():
            table.add_row(str(size), what, *cost.row())
        table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
