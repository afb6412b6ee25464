"""Time replay and contamination on histories of 1, 3 and 10 million runs, beside the naive lookup.

    python -m bench.replay [--target duckdb|postgres] [--runs 1000000 3000000 10000000] [--skew]

Each case runs in a separate process: DuckDB with two threads, or a throw-away PostgreSQL. The
history is made in SQL: 0.8 % OOM, 100 runs a hash, 90 days. With --skew one hash has a million of
the runs. The models' compiled SQL is timed, then the contamination totals read through
int_flotilla__runs_attributed; the naive lookup is timed on a sample and scaled to all runs.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from headroom.settings import Settings
from headroom.throwaway_postgres import test_server, throwaway_database
from headroom.warehouse import Warehouse, open_warehouse
from tests.support.naive import naive_lookup
from tests.support.project import Project
from tests.support.raw import write_raw

STEPS = (
    "int_flotilla__oom_donors",
    "int_flotilla__recipients_located",
    "int_flotilla__donor_spans",
    "int_flotilla__runs_replayed",
)
CONTAMINATION = """
    select attribution, count(*), count(*) filter (where is_contaminated)
    from headroom_intermediate.int_flotilla__runs_attributed group by attribution
"""
SKEWED_RUNS = 1_000_000
MEMORY_LIMIT = "6GB"
SAMPLE = 300


def history(runs: int, skew: bool) -> str:
    """Give the statements that fill the raw tables: all arithmetic on the run's number."""
    hot = SKEWED_RUNS if skew else 0
    return f"""
        insert into flotilla.task_def (definition_id, alias, image, group_name, memory)
        select 'definition-' || n, 'alias-' || n, 'image', 'team', 1000
        from generate_series(0, {runs // 1000}) as numbers (n);
        insert into flotilla.task (
            run_id, definition_id, engine, status, queued_at, started_at, finished_at, memory,
            exit_code, command, command_hash
        )
        select
            'eks-' || n, 'definition-' || (hash_number / 10)::bigint, 'eks', 'STOPPED', queued_at,
            queued_at + interval '1 second' * cast(n * 7919 % 300 as integer),
            queued_at + interval '1 second' * cast(300 + n * 104729 % 5000 as integer),
            512 + n * 31 % 60000, case when n * 48271 % 1000 < 8 then 137 else 0 end,
            'python job.py --hash ' || hash_number || ' --variant ' || n % 3,
            case when n * 69621 % 100 >= 5 then md5(hash_number::text) end
        from (
            select
                n,
                case when n < {hot} then 0 else n * 16807 % {runs // 100} end as hash_number,
                timestamptz '2025-10-01 00:00:00+00'
                + interval '1 second' * cast(n * 6364136 % 7776000 as integer)
                + interval '1 microsecond' * cast(n % 1000000 as integer) as queued_at
            from (
                select cast(n as bigint) as n from generate_series(1, {runs}) as series (n)
            ) as numbers
        ) as numbered
    """


def timed(warehouse: Warehouse, sql: str) -> float:
    """Run statements; give the seconds they took."""
    start = time.perf_counter()
    warehouse.execute(sql)
    return time.perf_counter() - start


def measure(target: str, runs: int, skew: bool, folder: Path) -> dict[str, float]:
    """Make a history, replay it; give seconds by step, and the peak memory in GiB."""
    with ExitStack() as stack:
        variables = {"DBT_TARGET_PATH": str(folder / "target")}
        if target == "postgres":
            dsn = stack.enter_context(test_server())
            variables |= stack.enter_context(throwaway_database(dsn))
        settings = Settings(target, folder / "bench.duckdb", "flotilla")  # type: ignore[arg-type]
        project = Project(settings, variables)
        with project.in_environment():
            write_raw(settings, [], [])
        others = ["int_flotilla__hash_commands_daily"]
        for command in (
            ["seed"],
            ["run", "--select", "staging"],
            ["snapshot"],
            ["run", "--select", "intermediate", "--exclude", *others],
        ):
            project.dbt(*command)
        with project.in_environment(), open_warehouse(settings) as warehouse:
            warehouse.execute(history(runs, skew))
            if target == "postgres":
                warehouse.execute("analyze flotilla.task; analyze flotilla.task_def")
        project.dbt("run", "--select", "base_flotilla__task_pulled")
        project.dbt("snapshot")
        compiled = {step: project.compiled("--select", step) for step in STEPS}
        with project.in_environment(), open_warehouse(settings) as warehouse:
            if target == "duckdb":
                warehouse.execute(f"set threads = 2; set memory_limit = '{MEMORY_LIMIT}'")
            figures: dict[str, float] = {}
            for step in STEPS:
                table = f"headroom_intermediate.{step}"
                sql = f"truncate {table}; insert into {table} {compiled[step]}"
                figures[step] = timed(warehouse, sql)
                figures[f"{step} rows"] = warehouse.scalar(f"select count(*) from {table}")
            start = time.perf_counter()
            rows = warehouse.query(CONTAMINATION).rows
            figures["contamination"] = time.perf_counter() - start
            print(rows, file=sys.stderr)
            figures["total"] = sum(figures[name] for name in (*STEPS, "contamination"))
            ids = [f"eks-{number}" for number in range(1, runs, runs // SAMPLE)]
            start = time.perf_counter()
            for run_id in ids:
                warehouse.query(naive_lookup(run_id))
            figures["naive, all runs"] = (time.perf_counter() - start) / len(ids) * runs
        figures["peak GiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return figures


def main() -> None:
    """Run the cases one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=("duckdb", "postgres"), default="duckdb")
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000_000, 3_000_000, 10_000_000])
    parser.add_argument("--skew", action="store_true", help="one hash has a million of the runs")
    parser.add_argument("--case", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(asked.target, asked.runs[0], asked.skew, Path(folder))))
        return
    for runs in asked.runs:
        command = [
            sys.executable,
            "-m",
            "bench.replay",
            "--case",
            "--target",
            asked.target,
            "--runs",
            str(runs),
        ]
        done = subprocess.run(
            command + ["--skew"] * asked.skew, check=True, stdout=subprocess.PIPE, text=True
        )
        print(f"{asked.target}, {runs:,} runs{', one hash of a million' if asked.skew else ''}")
        for name, figure in json.loads(done.stdout.splitlines()[-1]).items():
            print(
                f"  {name:40} {figure:>14,.0f}"
                if "rows" in name
                else f"  {name:40} {figure:>14,.2f}"
            )


if __name__ == "__main__":
    main()
