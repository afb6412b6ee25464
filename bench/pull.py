"""Time the pull of a day beside histories of 1 and 10 million runs.

    python -m bench.pull [--target duckdb|postgres|beside] [--days 36 357] [--older 99000000]

Each case runs in a separate process: a fleet of so many days (28,000 runs a day), a first pull,
then three times a day more (`headroom fleet --advance 1d`) and a pull of it with the scrub on. CPU
is that of the process and, on PostgreSQL, of the server, less that of a run of dbt on a view. The
target `beside` is a DuckDB file whose raw tables are on a server. With
`--older` so many runs of the days before stand in the table as well, with ten columns each: ten
years of a whole fleet take an hour to make.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from headroom.settings import Settings
from headroom.throwaway_postgres import (
    LIBPQ_VARIABLES,
    dsn_of,
    test_server,
    throwaway_database,
)
from tests.support.project import Project

PULL = ("run", "--select", "base_flotilla__task_pulled")
VIEW = ("run", "--select", "base_flotilla__task")
TICKS = os.sysconf("SC_CLK_TCK")


# A run every 3.1 seconds, as a fleet has them; ten runs have one command.
OLDER_RUNS = """
    insert into flotilla.task (
        run_id, definition_id, engine, status, queued_at, started_at, finished_at, command, memory,
        exit_code
    )
    select
        'older-' || cast(number as text),
        first_run.definition_id,
        'eks',
        'STOPPED',
        first_run.queued_at - number * interval '3085714 microseconds',
        first_run.queued_at - number * interval '3085714 microseconds' + interval '1 minute',
        first_run.queued_at - number * interval '3085714 microseconds' + interval '1 hour',
        'older ' || left(cast(number + 1000000000 as text), 9),
        1024,
        0
    from generate_series(1, {rows}) as numbers (number)
    cross join (
        select min(definition_id) as definition_id, min(queued_at) as queued_at
        from flotilla.task
    ) as first_run
"""


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds."""

    wall: float
    cpu: float


def server_cpu(variables: Mapping[str, str]) -> float:
    """Give the CPU seconds of the server on this machine that PG* variables lead to, if any do.

    Those of its processes, ended ones as well; of no other server.
    """
    place = {key: variables[name] for key, name in LIBPQ_VARIABLES.items() if name in variables}
    if not place:
        return 0
    with psycopg.connect(**place) as connection:
        first = _stat(connection.info.backend_pid)[1]
        processes = [_stat(int(path.name)) for path in Path("/proc").glob("[0-9]*")]
    ticks = [sum(stat[11:15]) for stat in processes if first in (stat[0], stat[1])]
    return sum(ticks) / TICKS


def _stat(pid: int) -> list[int]:
    """Give a process's number and the figures that follow its state; none of one that ended."""
    try:
        _, _, figures = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")
    except OSError:
        return [0, 0]
    return [pid, *map(int, figures.split()[1:])]


def make_fleet(project: Project, *options: str) -> None:
    """Make a fleet or move it on; a failure ends the benchmark."""
    outcome = project.headroom("fleet", *options)
    if outcome.returncode:
        raise SystemExit(outcome.stderr)


def cost_of(project: Project, server: Mapping[str, str], *arguments: str) -> Cost:
    """Run dbt in this process; give what it cost, on the server too."""
    wall, cpu = time.perf_counter(), time.process_time() + server_cpu(server)
    project.dbt(*arguments)
    wall = time.perf_counter() - wall
    return Cost(wall, time.process_time() + server_cpu(server) - cpu)


def projects(
    stack: ExitStack, target: str, folder: Path
) -> tuple[Project, Project, dict[str, str]]:
    """Give the warehouse, the database of the raw tables, and the PG* variables of a server."""
    file = Settings("duckdb", folder / "headroom.duckdb", "flotilla")
    variables = {"DBT_TARGET_PATH": str(folder / "target")}
    if target == "duckdb":
        return Project(file, variables), Project(file, variables), {}
    server = stack.enter_context(throwaway_database(stack.enter_context(test_server())))
    raw = Project(replace(file, target="postgres"), {**variables, **server})
    beside = Project(replace(file, source_dsn=dsn_of(server)), variables)
    return raw if target == "postgres" else beside, raw, server


def measure(target: str, days: int, older: int, folder: Path) -> dict[str, float]:
    """Make a history, pull it, and pull three days more; give the figures by name."""
    with ExitStack() as stack:
        project, raw, server = projects(stack, target, folder)
        make_fleet(raw, "--days", str(days))
        if older:
            raw.execute(OLDER_RUNS.format(rows=older))
        project.dbt("build", "--select", "+base_flotilla__task_pulled", "--exclude", PULL[-1])
        figures = {}
        first = cost_of(project, server, *PULL)
        count = "select count(*) from headroom_staging.base_flotilla__task_pulled"
        figures["runs"] = project.query(count)[0][0]
        figures |= {"first pull, CPU s": first.cpu, "first pull, wall s": first.wall}
        figures["rows a second"] = figures["runs"] / first.wall
        costs = []
        for _ in range(3):
            make_fleet(raw, "--advance", "1d")
            view = cost_of(project, server, *VIEW)
            pull = cost_of(project, server, *PULL)
            costs.append(Cost(pull.wall - view.wall, pull.cpu - view.cpu))
        best = min(costs, key=lambda cost: cost.cpu)
        figures |= {"a day, CPU s": best.cpu, "a day, wall s": best.wall}
    return figures


def main() -> None:
    """Run the cases one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=("duckdb", "postgres", "beside"), default="duckdb")
    parser.add_argument("--days", type=int, nargs="+", default=[36, 357])
    parser.add_argument("--older", type=int, default=0)
    parser.add_argument("--case", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(asked.target, asked.days[0], asked.older, Path(folder))))
        return
    table = Table(title=f"The pull on {asked.target}, {os.cpu_count()} cores")
    rows = []
    for days in asked.days:
        command = [sys.executable, "-m", "bench.pull", "--case"]
        command += ["--target", asked.target, "--days", str(days), "--older", str(asked.older)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(f"{row.pop('runs'):,}", *(f"{figure:,.1f}" for figure in row.values()))
    Console().print(table)
    if len(rows) > 1:
        print(f"ratio of the largest to the smallest: "
              f"{rows[-1]['a day, CPU s'] / rows[0]['a day, CPU s']:.2f} in CPU")  # fmt: skip


if __name__ == "__main__":
    main()
