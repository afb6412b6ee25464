"""Time `headroom load perf-logs` on 10 million lines, beside what it is measured by.

    python -m bench.load [--lines 10000000] [--seeded 20000]

The log is the same each time: eight pods, 64 workers, twelve lines a trial. It is loaded into a new
DuckDB file, each case in a separate process: fields in the order of the document, in any order,
and behind the prefix of `kubectl logs --prefix --timestamps`. Beside it: a plain loop in Python
that only parses with a regular expression, `wc -l`, and `dbt seed` of some of the same rows. Then
`headroom load jobs` on a tenth as many lines, in each form: public traces, `sacct` with a step for
each job, and the raw trace of Nextflow.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from headroom.loads.jobs import Options as JobOptions
from headroom.loads.jobs import load_jobs
from headroom.loads.jobs.forms import FORMS
from headroom.loads.perf_logs import Options, load_perf_logs
from headroom.settings import Settings
from tests.support.project import Project

FORMS_OF_JOBS = {f"jobs: {form}": form for form in FORMS}
CASES = ("canonical order", "any order", "behind a prefix")
PLAIN = re.compile(
    r"SIM_TIMING: param_id=(\S+) seed=(\d+) duration_ms=([\d.]+) worker=(\S+)"
    r"|AGG_TIMING: run_id=(\S+) param_id=(\S+) target=(\S+) n_sim_returns=(\d+) n_outputs=(\d+)"
    r" total_inline_mb=([\d.]+) max_single_kb=([\d.]+) duration_ms=([\d.]+) worker=(\S+)"
)


def generate(path: Path, lines: int, case: str) -> None:
    """Write a log: ten simulations and two aggregations a trial, all arithmetic on the number."""
    simulation = [
        "'param_id=' || param",
        "'seed=' || n % 1000000",
        "'duration_ms=' || ms",
        "worker",
    ]
    aggregation = [
        "'run_id=' || left(md5(cast(n // 1200000 as text)), 8)",
        "'param_id=' || param",
        "'target=target_' || n % 2",
        "'n_sim_returns=10'",
        "'n_outputs=' || 100 + n % 60",
        "'total_inline_mb=' || cast(ms / 1000 as decimal(9, 2))",
        "'max_single_kb=' || cast(ms / 25 as decimal(9, 1))",
        "'duration_ms=' || ms",
        "worker",
    ]

    def joined(fields: list[str]) -> str:
        if case != "any order":
            return " || ' ' || ".join(fields)
        turned = [f"when {turn} then {_turned(fields, turn)}" for turn in range(len(fields))]
        return f"case n // 12 % {len(fields)} {' '.join(turned)} end"

    prefix = (
        "'[pod/dask-workers-' || n % 8 || '/worker] ' || strftime(moment, '%Y-%m-%dT%H:%M:%S.%f')"
        " || '000Z '"
        if case == "behind a prefix"
        else "''"
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select {prefix} || case
                    when n % 12 < 10 then 'SIM_TIMING: ' || {joined(simulation)}
                    else 'AGG_TIMING: ' || {joined(aggregation)}
                end
                from (
                    select
                        n,
                        left(md5(cast(n // 12 as text)), 8) as param,
                        cast(200 + n * 7919 % 50000 / 10 as decimal(9, 1)) as ms,
                        'worker=tcp://10.0.' || n % 8 || '.1:' || 40000 + n * 31 % 64 as worker,
                        timestamp '2026-01-24 00:00:00' + to_milliseconds(n * 3) as moment
                    from range({lines}) as numbers (n)
                )
            ) to '{path}' (format csv, header false, quote '', escape '', delim '\x01')
            """
        )


def generate_jobs(path: Path, lines: int, form: str) -> None:
    """Write jobs in a form, all arithmetic on the number."""
    columns, options = {
        "csv": (
            f"""
            'job_' || n % 500 as "group",
            'label-' || md5(cast(n as text)) as label,
            {_moment("n", "%S.000Z")} as submitted_at,
            {_moment("n + 20", "%S.000Z")} as started_at,
            {_moment("n + 500", "%S.000Z")} as ended_at,
            4096.0 as requested_mb,
            n % 4000 + 0.5 as peak_mb,
            case when n % 50 = 0 then 'error' else 'ok' end as outcome,
            n * 1000 as input_bytes
            """,
            "",
        ),
        "slurm": (
            f"""
            n // 2 || case when n % 2 = 1 then '.batch' else '' end as "JobID",
            'job_' || n // 2 % 500 as "JobName",
            'user_' || n // 2 % 50 as "User",
            {_moment("n // 2")} as "Submit",
            {_moment("n // 2 + 20")} as "Start",
            {_moment("n // 2 + 500")} as "End",
            case when n // 2 % 50 = 0 then 'FAILED' else 'COMPLETED' end as "State",
            '0:0' as "ExitCode",
            case when n % 2 = 0 then '16000M' end as "ReqMem",
            case when n % 2 = 1 then n || 'K' end as "MaxRSS",
            8 as "AllocCPUS",
            'billing=8,cpu=8,mem=16000M,node=1' as "AllocTRES"
            """,
            ", delimiter '|'",
        ),
        "nextflow": (
            f"""
            left(md5(cast(n as text)), 8) as hash,
            'JOB_' || n % 500 || ' (s' || n || ')' as name,
            case when n % 50 = 0 then 'FAILED' else 'COMPLETED' end as status,
            cast(n % 50 = 0 as integer) as exit,
            {_milliseconds("n")} as submit,
            {_milliseconds("n + 20")} as start,
            {_milliseconds("n + 500")} as complete,
            500000 as duration,
            480000 as realtime,
            n * 1000 as peak_rss,
            4294967296 as memory,
            1 as attempt
            """,
            ", delimiter '\t'",
        ),
    }[form]
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (select {columns} from range({lines}) as numbers (n))
            to '{path}' (format csv, header true{options})
            """
        )


def _moment(seconds: str, end: str = "%S") -> str:
    return f"strftime(timestamp '2025-01-01' + to_seconds({seconds}), '%Y-%m-%dT%H:%M:{end}')"


def _milliseconds(seconds: str) -> str:
    return f"(1735689600 + {seconds}) * 1000"


def _turned(fields: list[str], turn: int) -> str:
    return " || ' ' || ".join([*fields[turn:], *fields[:turn]])


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Run something; give the seconds on the clock and of the processors."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def load(path: Path, folder: Path, case: str) -> dict[str, float]:
    """Load a log into a new file; give the times, the peak memory, and how many rows landed."""
    settings = Settings("duckdb", folder / "load.duckdb", "flotilla")
    form = FORMS_OF_JOBS.get(case)
    table = "landed_jobs" if form else "landed_timings"
    if form:
        figures = timed(lambda: load_jobs(settings, [str(path)], JobOptions(form=form)))
    else:
        figures = timed(lambda: load_perf_logs(settings, [str(path)], Options("bench")))
    figures["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with duckdb.connect(str(settings.duckdb_path), read_only=True) as connection:
        found = connection.execute(f"select count(*) from headroom_landed.{table}").fetchone()
    figures["rows"] = found[0] if found else 0
    return figures


def plain_loop(path: Path) -> int:
    """Parse with one regular expression and keep nothing."""
    with path.open(encoding="utf-8") as file:
        return sum(1 for line in file if PLAIN.search(line))


def seed(path: Path, folder: Path) -> dict[str, float]:
    """Time `dbt seed` of a log's rows, and the bulk load of the same log, without the start."""
    settings = Settings("duckdb", folder / "seed.duckdb", "flotilla")
    project = Project(settings, {"DBT_TARGET_PATH": str(folder / "target")})
    checkout = folder / "checkout"
    subprocess.run(["cp", "-r", *CHECKOUT, f"{checkout.mkdir() or checkout}/"], check=True)
    arguments = ("seed", "--select", "landed_timings")
    project.dbt(*arguments, project=checkout)
    empty = timed(lambda: project.dbt(*arguments, project=checkout))
    options = Options("bench", csv_folder=checkout / "seeds" / "landed")
    load_perf_logs(settings, [str(path)], options)
    full = timed(lambda: project.dbt(*arguments, project=checkout))
    bulk = Settings("duckdb", folder / "bulk.duckdb", "flotilla")
    load_perf_logs(bulk, [str(folder / "one.log")], Options())
    ours = timed(lambda: load_perf_logs(bulk, [str(path)], Options("bench")))
    return {"dbt seed": full["seconds"] - empty["seconds"], "bulk": ours["seconds"]}


CHECKOUT = [
    "dbt_project.yml",
    "profiles",
    "models",
    "macros",
    "seeds",
    "snapshots",
    "docs",
    "tests",
]


def measure(case: str, lines: int) -> dict[str, float]:
    """Measure one case in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "perf.log"
        order = "canonical order" if case in ("plain loop", "wc -l", "dbt seed") else case
        # Not in this process: its memory would count.
        form = FORMS_OF_JOBS.get(case)
        made = "generate_jobs" if form else "generate"
        given = f"Path({str(path)!r}), {lines}, {form or order!r}"
        call = f"from bench.load import *; {made}({given})"
        subprocess.run([sys.executable, "-c", call], check=True)
        if case == "plain loop":
            return timed(lambda: plain_loop(path))
        if case == "wc -l":
            return timed(
                lambda: subprocess.run(["wc", "-l", path], check=True, capture_output=True)
            )
        if case == "dbt seed":
            generate(folder / "one.log", 1, order)
            return seed(path, folder)
        return load(path, folder, case)


def main() -> None:
    """Measure the cases one after the other and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--seeded", type=int, default=20_000, help="rows for `dbt seed`")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(measure(asked.case, asked.lines)))
        return
    for case in (*CASES, "plain loop", "wc -l", "dbt seed", *FORMS_OF_JOBS):
        tenths = dict.fromkeys(FORMS_OF_JOBS, asked.lines // 10)
        lines = {"dbt seed": asked.seeded, **tenths}.get(case, asked.lines)
        command = [sys.executable, "-m", "bench.load", "--case", case, "--lines", str(lines)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        if case == "dbt seed":
            ratio = figures["dbt seed"] / figures["bulk"]
            print(f"dbt seed of {lines:,} rows: {ratio:.1f} times as long as the bulk load")
            continue
        print(
            f"{case:20} {lines / figures['seconds'] / 1e6:8.2f} million lines/s"
            f" {figures['cpu'] / lines * 1e6:8.2f} us of processor a line"
            + (f" {figures['peak MiB']:8.0f} MiB at most" if "peak MiB" in figures else ""),
            flush=True,
        )


if __name__ == "__main__":
    main()
