"""An owner's report for people, for programs, and as the change of `task_def`."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from headroom.diagnosis.answer import json_value
from headroom.printable import printable, printable_json
from headroom.report.compiled import literals
from headroom.report.owner import OwnerReport, Row
from headroom.terminal import plain

SHOWN_ROWS = 15
WASTE_COLUMNS = (
    "job", "source", "attempts", "bill", "used", "over", "OOM", "failed", "unmeasured", "cost",
)  # fmt: skip
TEXTS = ("job", "source", "advice")
# What krr calls how urgent a change is.
SEVERITIES = {
    "raise": "CRITICAL",
    "lower": "WARNING",
    "retry with more": "WARNING",
    "set": "WARNING",
    "keep": "GOOD",
}


def print_owner(console: Console, report: OwnerReport) -> None:
    """Print what was wasted and what to ask for instead."""
    console.rule(f"[bold]Memory of {plain(report.owner)}[/bold]")
    if any(row["is_price_example"] for row in report.waste):
        console.print("Prices are examples: replace them in the seed memory_prices.", style="dim")
    _print_table(
        console,
        "What became of the memory, GB.h",
        (
            "job",
            "source",
            "attempts",
            "bill",
            "used",
            "over",
            "OOM",
            "failed",
            "unmeasured",
            "cost",
        ),
        [_waste_cells(row) for row in report.waste],
    )
    rules = {"largest_peak": "never below a measured peak", "percentile": "95th percentile + 10%"}
    _print_table(
        console,
        f"What to ask for ({rules[report.rule]})",
        ("job", "advice", "now MB", "ask for MB", "saves GB.h", "saves", "OOM at most", "rests on"),
        [_advice_cells(row) for row in report.recommendations],
    )


def as_json(report: OwnerReport) -> str:
    """Write the report for a program."""
    content = {
        "owner": report.owner,
        "rule": report.rule,
        "waste": report.waste,
        "recommendations": report.recommendations,
    }
    return printable_json(
        json.dumps(content, default=json_value, indent=2, ensure_ascii=False) + "\n"
    )


def as_csv(report: OwnerReport) -> str:
    """Write the recommendations: krr's columns first, then the marts' own."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for number, row in enumerate(report.recommendations):
        cells = {**_krr_cells(row), **{name: _text(value) for name, value in row.items()}}
        if number == 0:
            writer.writerow(cells)
        writer.writerow(cells.values())
    return written.getvalue()


def as_sql(report: OwnerReport, source_schema: str) -> str:
    """Write the change of `task_def`: for a person to read, and to run."""
    changed = [
        row
        for row in report.recommendations
        if row["source"] == "flotilla" and row["advice"] in ("lower", "raise", "set")
    ]
    about = printable(report.owner)
    lines = [
        f"-- Memory of the definitions of {about}. Nothing was changed: read it first.",
        "begin;",
    ]
    for row in changed:
        name = literals([row["job_name"]])
        lines += [
            f"-- {row['advice']}: most runs got {_mb(row['usual_request_mb'])} MB;"
            f" {row['known_count']} runs on {row['day_count']} days;"
            f" an OOM in at most {row['oom_probability_high']:.1%} of runs",
            f"update {source_schema}.task_def set memory = {row['recommended_mb']}"
            f" where alias = {name};",
        ]
    return "\n".join([*lines, "commit;", ""])


def _krr_cells(row: Row) -> dict[str, str]:
    now, then = row["usual_request_mb"], row["recommended_mb"]
    difference = "" if now is None or then is None else f"{then - now:+d}M"
    return {
        "Namespace": _text(row["group_name"]),
        "Name": _text(row["job_name"]),
        "Pods": str(row["known_count"]),
        "Type": "Job",
        "Severity": SEVERITIES.get(row["advice"], "UNKNOWN"),
        "Memory Diff": difference,
        "Memory Requests": " -> ".join("none" if mb is None else f"{mb}M" for mb in (now, then)),
    }


def _text(value: Any) -> str:
    return "" if value is None else printable(value)


def _waste_cells(row: Row) -> list[str]:
    parts = ("memory", "used", "over_allocated", "lost_to_oom", "lost_to_failure", "unmeasured")
    return [
        plain(row["job_name"] or "-"),
        plain(row["source"]),
        f"{row['attempt_count']:,}",
        *(f"{row[f'{part}_gb_hours']:,.1f}" for part in parts),
        _money(row["memory_cost"], row["currency"]),
    ]


def _advice_cells(row: Row) -> list[str]:
    chance = row["oom_probability_high"]
    return [
        plain(row["job_name"]),
        row["advice"],
        _mb(row["usual_request_mb"]),
        _mb(row["recommended_mb"]),
        "-" if row["saving_gb_hours"] is None else f"{row['saving_gb_hours']:,.1f}",
        "-" if row["saving_gb_hours"] is None else _money(row["saving_cost"], row["currency"]),
        "-" if chance is None else f"{chance:.1%}",
        f"{row['known_count']:,} attempts, {row['day_count']} days",
    ]


def _mb(megabytes: int | None) -> str:
    return "-" if megabytes is None else f"{megabytes:,}"


def _money(amount: Any, currency: str | None) -> str:
    return "-" if amount is None else f"{amount:,.2f} {plain(currency or '')}".strip()


def _print_table(
    console: Console, title: str, columns: Sequence[str], rows: list[list[str]]
) -> None:
    console.print()
    console.print(f"[bold]{title}[/bold]", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, caption=None if rows else "no rows")
    for column in columns:
        table.add_column(column, justify="left" if column in TEXTS else "right")
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*row)
    console.print(table)
    if len(rows) > SHOWN_ROWS:
        console.print(f"{len(rows) - SHOWN_ROWS} more: see --format csv or json", style="dim")
