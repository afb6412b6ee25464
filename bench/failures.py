"""Time all models of the failures domain on 1 million events and 10 million attempts, and on less.

    python -m bench.failures [--shares 0.25 0.5 1] [--memory 3500MB]

The history is made in DuckDB: nine attempts in ten are runs of Flotilla, one is a pod; one event in
four names a pod that failed. 1,000 nodes, 200 images, 40 projects, 90 days; 15% fail, node 7 four
times as often. Then one `dbt run`, with two threads and a limit of memory.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import open_warehouse
from tests.support.raw import write_raw

ATTEMPTS = 10_000_000
EVENTS = 1_000_000
SELECTED = ("+path:models/marts/failures", "path:models/intermediate/failures")

NUMBERED = """
    select
        n,
        job,
        hash(n, 2) % 1000 as node,
        job % 40 as project,
        (job * 7 + hash(n, 3) % 3) % 200 as image,
        job % 500 as person,
        hash(n, 4) % 1000 < case when hash(n, 2) % 1000 = 7 then 600 else 150 end as has_failed,
        timestamptz '2025-09-01 00:00:00+00'
        + interval '1 second' * cast(hash(n, 5) % 7776000 as integer) as asked_at
    from (
        select
            cast(range as bigint) as n,
            hash(range, 1) % 20000 as job
        from range({first}, {last})
    )
"""
RUNS = """
    insert into flotilla.task by name
    select
        'eks-' || n as run_id,
        'definition-' || job as definition_id,
        'alias-' || job as alias,
        'eks' as engine,
        'STOPPED' as status,
        'registry/image:' || image as image,
        'project-' || project as group_name,
        'user-' || person as "user",
        'node-' || node as instance_dns_name,
        'eks-' || n || '-pod' as pod_name,
        asked_at as queued_at,
        asked_at + interval '20 seconds' as started_at,
        asked_at + interval '1 second' * cast(60 + n * 86028121 % 7200 as integer) as finished_at,
        512 + n * 31 % 60000 as memory,
        n * 17 % 8 as gpu,
        case when not has_failed then 0 when n % 3 = 0 then 137 else 1 end as exit_code,
        case
            when not has_failed then 'Completed'
            when n % 3 = 0 then 'OOMKilled'
            else 'Error: step ' || n % 977 || ' of job ended with code ' || n % 7
        end as exit_reason
    from ({numbered})
"""
PODS = """
    insert into headroom_landed.landed_pods by name
    select
        md5('pod-' || n) as pod_key,
        'bench' as source,
        'project-' || project as project,
        'pod-' || n as pod_name,
        'alias-' || job as job_name,
        'user-' || person as user_name,
        'node-' || node as node_name,
        'registry/image:' || image as image,
        case when has_failed then 'Failed' else 'Succeeded' end as phase,
        asked_at as created_at,
        asked_at + interval '20 seconds' as started_at,
        asked_at + interval '1 second' * cast(60 + n * 86028121 % 7200 as integer) as finished_at,
        case when has_failed then 1 else 0 end as exit_code,
        case when has_failed then 'Error' else 'Completed' end as reason,
        n * 17 % 8 as gpu_count
    from ({numbered})
"""
# Every other event of a pod that failed; the pods of the rest nobody has listed.
HISTORY = """
    insert into headroom_landed.landed_failure_events by name
    select
        md5('event-' || n) as event_key,
        'bench' as source,
        n as event_id,
        'alias-' || job as job_name,
        'project-' || project as project,
        'Error' as failure_type,
        asked_at + interval '3 hours' as occurred_at,
        case when n <= {pods} and has_failed then 'pod-' else 'gone-' end || n as pod_name,
        'node-' || node as node_name,
        'registry/image:' || image as container_image,
        'worker ' || n % 977 || ' lost its connection to 10.0.' || n % 200 || '.7' as error_message,
        n * 17 % 8 as gpu_count,
        false as is_resolved
    from ({numbered})
"""


@dataclass(frozen=True)
class Measured:
    """Wall and processor seconds of the command, its peak memory, and seconds by model."""

    seconds: float
    processor_seconds: float
    peak_mib: float
    models: dict[str, float]


def profiles(folder: Path, memory: str) -> None:
    """Write the project's profile with a limit of memory."""
    text = (PROJECT_DIR / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    # Given when the file is opened: DuckDB refuses a second setting of a folder that is in use.
    limits = {"memory_limit": memory, "temp_directory": str(folder / "spill")}
    content["headroom"]["outputs"]["duckdb"]["config_options"] |= limits
    (folder / "profiles.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


def dbt(settings: Settings, folder: Path, *arguments: str) -> Measured:
    """Run dbt in a separate process, to its end."""
    target = folder / "target"
    command = [str(Path(sys.executable).with_name("dbt")), *arguments, "--quiet"]
    command += ["--profiles-dir", str(folder), "--target-path", str(target)]
    command += ["--log-path", str(target), "--project-dir", str(PROJECT_DIR)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=settings.environment())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"dbt {' '.join(arguments)} failed")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    models = {each["unique_id"].split(".")[-1]: each["execution_time"] for each in results}
    processor = usage.ru_utime + usage.ru_stime
    return Measured(seconds, processor, usage.ru_maxrss / 1024, models)


def measure(share: float, memory: str) -> Measured:
    """Make a share of the history and build the models once."""
    attempts, events = int(ATTEMPTS * share), int(EVENTS * share)
    pods = attempts // 10
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as name:
        folder = Path(name)
        settings = Settings("duckdb", folder / "bench.duckdb", "flotilla")
        profiles(folder, memory)
        write_raw(settings, [], [])
        dbt(settings, folder, "seed")
        with open_warehouse(settings) as warehouse:
            for statement, first, last in (
                (PODS, 1, pods),
                (RUNS, pods + 1, attempts),
                (HISTORY, 1, events),
            ):
                numbered = NUMBERED.format(first=first, last=last + 1)
                warehouse.execute(statement.format(numbered=numbered, pods=pods))
        return dbt(settings, folder, "run", "--select", *SELECTED)


def main() -> None:
    """Print seconds and peak memory at each share, and the seconds of each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--memory", default="3500MB", help="memory_limit of DuckDB")
    asked = parser.parse_args()
    measured = {share: measure(share, asked.memory) for share in asked.shares}
    print(f"{'failures':40}" + "".join(f"{f'{share:.0%}':>10}" for share in measured))
    rows: dict[str, list[float]] = {
        "dbt run, seconds": [each.seconds for each in measured.values()],
        "  processor seconds": [each.processor_seconds for each in measured.values()],
        "peak MiB": [each.peak_mib for each in measured.values()],
        "all models, seconds of work": [sum(each.models.values()) for each in measured.values()],
    }
    for model in next(iter(measured.values())).models:
        rows[f"  {model}"] = [each.models[model] for each in measured.values()]
    for label, figures in rows.items():
        print(f"{label:40}" + "".join(f"{figure:>10.1f}" for figure in figures))


if __name__ == "__main__":
    main()
