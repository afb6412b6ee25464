"""What a retry of each job should do: a table, JSON, or the settings of a workflow engine.

The rows are those of `waste__retries`. Nothing here is carried out: people copy what is printed.
"""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from headroom.diagnosis.access import Scope, allowed_projects
from headroom.errors import UsageError
from headroom.inventory import require_marts
from headroom.printable import printable, printable_json
from headroom.report.compiled import compile_analyses, fill
from headroom.report.run import query_marts
from headroom.settings import Settings
from headroom.warehouse import open_warehouse

ANALYSIS = "waste_retries"
# What a killed process ends with: 128 and the signal.
KILLED = 137
NODE_RETRIES = 2
# What fits into a terminal; JSON has all columns.
SHOWN = (
    "job_name",
    "advice",
    "memory_count",
    "leak_count",
    "infrastructure_count",
    "other_count",
    "doomed_retry_count",
    "doomed_gb_hours",
    "usual_request_mb",
    "retry_mb",
)
MOST_SHOWN = 30
Row = dict[str, Any]


def ask_retries(settings: Settings, job: str | None = None) -> list[Row]:
    """Give the jobs with failures, the costliest retries first; only one of them if it is named.

    Of the projects that are allowed. Raises WarehouseUnavailableError without marts, and UsageError
    for a job that they do not have.
    """
    require_marts(settings, "failures")
    compiled = compile_analyses(settings, [ANALYSIS])[ANALYSIS]
    sql = fill(compiled, {"failure_projects": Scope(allowed_projects()).names()})
    with open_warehouse(settings, read_only=True) as warehouse:
        found = query_marts(warehouse, ANALYSIS, sql)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    if job is None:
        return rows
    named = [row for row in rows if row["job_name"] == job]
    if not named:
        raise UsageError(
            f"no attempt of a job {printable(job)!r} failed in the last 30 days of its source",
            "`headroom report retries` lists the jobs that failed",
        )
    return named


def shown(rows: Sequence[Row]) -> list[Row]:
    """Give the columns of the first rows that a terminal has room for."""
    return [{name: row[name] for name in SHOWN} for row in rows[:MOST_SHOWN]]


def written(rows: Sequence[Row], form: str) -> str:
    """Write the rows in a form that programs read: one of WRITERS."""
    return WRITERS[form](rows)


def retries_on_memory(row: Row) -> bool:
    """Say whether a retry with more memory makes sense."""
    return row["retry_mb"] is not None and row["advice"] in (
        "more memory",
        "more memory, not tried",
    )


def _reason(row: Row) -> str:
    """Say in one line what the advice rests on."""
    if row["advice"] == "leak":
        return f"killed for memory {row['leak_count']} times with every limit: correct the program"
    if row["advice"] == "no retry":
        return f"{row['other_count']} failures, none by memory or a lost node: a retry fails again"
    tried = f"{row['raised_success_count']} of {row['raised_count']} retries with more memory"
    parts = [f"{row['memory_count']} killed for memory ({tried} ended well)"]
    if row["infrastructure_count"]:
        parts.append(f"{row['infrastructure_count']} lost with their node")
    return "; ".join(parts if row["memory_count"] else parts[1:])


def _as_json(rows: Sequence[Row]) -> str:
    plain = [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        for row in rows
    ]
    return printable_json(json.dumps(plain, indent=2, ensure_ascii=False))


def _argo(rows: Sequence[Row]) -> str:
    """Give the part of a template of Argo Workflows for each job."""
    return "\n".join(_argo_template(row) for row in rows)


def _argo_template(row: Row) -> str:
    conditions = []
    if retries_on_memory(row):
        conditions.append(f"asInt(lastRetry.exitCode) == {KILLED}")
    if row["infrastructure_count"]:
        # Argo calls Error what is not the program's own failure.
        conditions.append("lastRetry.status == 'Error'")
    lines = [f"# {printable(row['job_name'])}: {_reason(row)}", "retryStrategy:"]
    if not conditions:
        return "\n".join([*lines, '  limit: "0"', ""])
    lines += [
        f'  limit: "{_limit(row)}"',
        "  retryPolicy: Always",
        f'  expression: "{" || ".join(conditions)}"',
    ]
    if retries_on_memory(row):
        first, then = _first_mb(row), row["retry_mb"]
        lines += [
            "podSpecPatch: |",
            "  containers:",
            "    - name: main",
            "      resources:",
        ]
        memory = f"\"{{{{=sprig.int(retries) == 0 ? '{first}M' : '{then}M'}}}}\""
        lines += [f"        {kind}: {{memory: {memory}}}" for kind in ("requests", "limits")]
    return "\n".join([*lines, ""])


def _nextflow(rows: Sequence[Row]) -> str:
    """Give a `process` scope of Nextflow with a selector for each job."""
    blocks = [line for row in rows for line in _nextflow_process(row)]
    return "\n".join(["process {", *blocks, "}", ""])


def _nextflow_process(row: Row) -> list[str]:
    name = printable(row["job_name"]).replace("\\", "\\\\").replace("'", "\\'")
    codes = [str(KILLED)] if retries_on_memory(row) else []
    if row["infrastructure_count"]:
        # Without an exit code, Nextflow gives the largest number: the node is gone.
        codes.append("Integer.MAX_VALUE")
    lines = [f"    // {_reason(row)}", f"    withName: '{name}' {{"]
    if not codes:
        return [*lines, "        errorStrategy = 'finish'", "    }"]
    is_retried = f"task.exitStatus in [{', '.join(codes)}]"
    lines.append(f"        errorStrategy = {{ {is_retried} ? 'retry' : 'finish' }}")
    lines.append(f"        maxRetries = {_limit(row)}")
    if retries_on_memory(row):
        first, then = _first_mb(row), row["retry_mb"]
        lines.append(f"        memory = {{ task.attempt == 1 ? '{first} MB' : '{then} MB' }}")
    return [*lines, "    }"]


def _limit(row: Row) -> int:
    """Give how often to retry: once with more memory; a lost node may come twice."""
    return NODE_RETRIES if row["infrastructure_count"] else 1


def _first_mb(row: Row) -> int:
    """Give what a first attempt asks for: what most ask for today, at most what a retry does."""
    usual = row["usual_request_mb"]
    return int(min(usual, row["retry_mb"]) if usual is not None else row["retry_mb"])


WRITERS: dict[str, Callable[[Sequence[Row]], str]] = {
    "json": _as_json,
    "argo": _argo,
    "nextflow": _nextflow,
}
