"""Answers about failures for a person; never a rate without its n and its bounds."""

from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from headroom.diagnosis.answer import Diagnosis
from headroom.diagnosis.ask import Row
from headroom.terminal import plain
from headroom.written import probability

TITLES = {
    "analyze": "Failure analysis",
    "stats": "Failure statistics",
    "remediate": "Remediation",
}
SEVERITY_STYLES = {"high": "bold red", "medium": "yellow", "low": "", "info": "dim"}
# So many rows of one table are read; the rest is counted, and all of it is in the JSON.
SHOWN_ROWS = 15


def print_failures(console: Console, diagnosis: Diagnosis) -> None:
    """Print an answer: a heading, its sources, then its parts."""
    console.rule(f"[bold]{TITLES[diagnosis.command]}[/bold]")
    parts = {"analyze": _print_analysis, "stats": _print_stats, "remediate": _print_remediation}
    parts[diagnosis.command](console, diagnosis)


def _print_span(console: Console, diagnosis: Diagnosis) -> None:
    window = diagnosis.window
    span = f"{_moment(window.start)} to {_moment(window.end)} UTC ({window.lookback_days} days)"
    _fact(console, "window", span if window.is_known else "none: nothing is known")
    _fact(console, "projects shown", diagnosis.inquiry.scope.describe())


def _print_analysis(console: Console, diagnosis: Diagnosis) -> None:
    _print_span(console, diagnosis)
    if not _print_summary(console, diagnosis):
        # What is resolved now is told just when nothing fails any more.
        if diagnosis.sections["recommendations"]:
            _print_recommendations(console, diagnosis)
        return
    threshold = diagnosis.inquiry.pattern_threshold
    patterns = [row for row in diagnosis.patterns("project") if row["is_pattern"]]
    _print_table(
        console,
        f"Projects with {threshold} failures or more (the published rule)",
        ("project", "failures", "jobs", "types"),
        [
            (row["value"], row["failure_count"], row["job_count"], row["failure_types"])
            for row in patterns
        ],
    )
    _print_times(console, diagnosis)
    _print_places(console, diagnosis, "nodes", "node")
    _print_places(console, diagnosis, "images", "image")
    _print_messages(console, diagnosis)
    _print_recommendations(console, diagnosis)


def _print_stats(console: Console, diagnosis: Diagnosis) -> None:
    _print_span(console, diagnosis)
    if not _print_summary(console, diagnosis):
        return
    for dimension in ("type", "project", "node"):
        rows = diagnosis.patterns(dimension)
        _print_table(
            console,
            f"Failures by {dimension}",
            (dimension, "failures", "jobs"),
            [(row["value"], row["failure_count"], row["job_count"]) for row in rows],
        )


def _print_summary(console: Console, diagnosis: Diagnosis) -> bool:
    """Print the totals; False where nothing failed, and that is all there is to say."""
    summary = diagnosis.summary
    if not summary["failure_count"]:
        found = "No failure is recorded in this window."
        if not diagnosis.window.is_known:
            found = "No failures and no attempts are recorded for the projects shown."
        console.print(f"\n{found}", highlight=False)
        return False
    _fact(console, "total failures", f"{summary['failure_count']:,}")
    _fact(console, "projects affected", str(summary["project_count"]))
    _fact(console, "failure types", str(summary["failure_type_count"]))
    _fact(console, "jobs affected", f"{summary['job_count']:,}")
    if summary["attempt_count"]:
        attempts = (
            f"{summary['failed_attempt_count']:,} of {summary['attempt_count']:,} ended attempts"
        )
        _fact(console, "attempts", attempts + " that started in the window failed")
    else:
        _fact(console, "attempts", "attempts unknown: counts, no rates")
    if summary["without_attempt_count"]:
        _fact(
            console,
            "without an attempt",
            f"{summary['without_attempt_count']:,} failures: they count, but in no rate",
        )
    return True


def _print_times(console: Console, diagnosis: Diagnosis) -> None:
    """Say when failures pile up, and what rises."""
    rows = [
        row for row in diagnosis.sections["patterns"] if row["is_spike"] or row["trend"] == "rising"
    ]
    _print_table(
        console,
        "Spikes, and rises since the previous window",
        ("by", "value", "failures", "expected", "of attempts", "before", "q", "finding"),
        [
            (
                row["dimension"],
                row["value"],
                row["failure_count"],
                _number(row["expected_failure_count"]),
                row["attempt_count"] or "no denominator known",
                row["previous_failure_count"],
                _probability(row["q_value"]),
                "spike" if row["is_spike"] else "rising",
            )
            for row in rows
        ],
    )


def _print_places(console: Console, diagnosis: Diagnosis, section: str, kind: str) -> None:
    rows = diagnosis.sections[section]
    _print_table(
        console,
        f"{section.capitalize()}: failures seen against failures expected",
        (
            kind,
            "failures",
            "jobs",
            "of attempts",
            "rate",
            "95% bounds",
            "expected",
            "q",
            "verdict",
        ),
        [_place(row, kind) for row in rows],
    )


def _place(row: Row, kind: str) -> tuple[Any, ...]:
    if not row["attempt_count"]:
        unknown = ("-", "-", "-", "-", "-", "no denominator known")
        return (row[f"{kind}_name"], row["failure_count"], row["job_count"], *unknown)
    return (
        row[f"{kind}_name"],
        row["failure_count"],
        row["job_count"],
        row["attempt_count"],
        _percent(row["failure_rate"]),
        f"{_percent(row['failure_rate_low'])} to {_percent(row['failure_rate_high'])}",
        _number(row["expected_failures"]),
        _probability(row["q_value"]),
        _verdict(row),
    )


def _verdict(row: Row) -> str | Text:
    if row["is_flagged"]:
        return Text("flagged", "bold red")
    return "not proven" if row["is_tested"] else "not tested: too few jobs or users"


def _print_messages(console: Console, diagnosis: Diagnosis) -> None:
    """Say what the images of the published rule fail with."""
    threshold = diagnosis.inquiry.pattern_threshold
    rows = [
        (row["image_name"], row["failure_count"], row["common_messages"])
        for row in diagnosis.sections["images"]
        if row["failure_count"] >= threshold
    ]
    title = f"Images with {threshold} failures or more, and their most frequent messages"
    _print_table(console, title, ("image", "failures", "messages"), rows)


def _print_recommendations(console: Console, diagnosis: Diagnosis) -> None:
    rows = diagnosis.sections["recommendations"]
    console.print("\n[bold]Recommendations[/bold]")
    if not rows:
        console.print("  none", style="dim")
    for row in rows[:SHOWN_ROWS]:
        style = SEVERITY_STYLES[row["severity"]]
        label = f"{row['severity']}, {row['state']}"
        console.print(
            f"  [{style or 'default'}]{label:<16}[/] {plain(row['suggested_action'])}",
            highlight=False,
        )
        console.print(f"  {'':<16} {plain(row['evidence'])}", style="dim", highlight=False)
    _print_rest(console, len(rows))


def _print_remediation(console: Console, diagnosis: Diagnosis) -> None:
    sections = diagnosis.sections
    _print_span(console, diagnosis)
    _fact(console, "failure type", diagnosis.inquiry.failure_type)
    _fact(console, "in the window", _frequency(diagnosis))
    rules = [row for row in sections["remediations"] if row["rule_order"]]
    tried = [row for row in sections["remediations"] if row["solution_rank"]]
    if not (rules or tried or sections["retries"]):
        known = ", ".join(row["failure_type"] for row in sections["known_types"])
        console.print("\nNothing is known about this type.", highlight=False)
        console.print(f"Types with rules: {plain(known)}", style="dim", highlight=False)
    if rules:
        console.print("\n[bold]Rules[/bold]")
    for row in rules:
        manual = " (manual)" if row["is_manual"] else ""
        console.print(
            f"  {row['rule_order']}. {plain(row['description'])}{manual}", highlight=False
        )
        if row["parameters"]:
            console.print(f"     parameters: {plain(row['parameters'])}", highlight=False)
        console.print(f"     {plain(row['why'])}", style="dim", highlight=False)
    if tried:
        ranked = sorted(tried, key=lambda row: int(row["solution_rank"]))
        _print_table(
            console,
            "What others tried, ranked by the lower bound of the success rate",
            ("", "solution", "worked", "of", "rate", "at least (95%)"),
            [
                (
                    row["solution_rank"],
                    row["description"],
                    row["success_count"],
                    row["tried_count"],
                    _percent(row["success_rate"]),
                    _percent(row["success_rate_low"]),
                )
                for row in ranked
            ],
        )
    _print_retries(console, sections["retries"])
    if diagnosis.inquiry.job_name:
        _print_similar(console, diagnosis)


def _frequency(diagnosis: Diagnosis) -> str:
    row, threshold = diagnosis.sections["of_type"][0], diagnosis.inquiry.pattern_threshold
    verdict = "a pattern" if row["is_pattern"] else "no pattern"
    return (
        f"{row['failure_count']:,} failures of {row['job_count']:,} jobs: {verdict} (the threshold"
        f" is {threshold}); {row['previous_failure_count']:,} in the previous window"
    )


def _print_retries(console: Console, rows: list[Row]) -> None:
    if not rows:
        return
    _print_table(
        console,
        "What retries show (of attempts whose job failed just before)",
        ("changed", "worked", "of", "rate", "against unchanged"),
        [
            (
                row["change_made"],
                row["success_count"],
                row["retry_count"],
                _percent(row["success_rate"]),
                _uplift(row),
            )
            for row in rows
        ],
    )


def _uplift(row: Row) -> str:
    if row["change_made"] == "unchanged":
        return "the base"
    if row["uplift"] is None:
        return "nothing was retried unchanged"
    low, high = row["uplift_low"], row["uplift_high"]
    proven = "" if low > 0 or high < 0 else ", not proven"
    points = f"{100 * row['uplift']:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f}"
    return f"{points}, n {row['retry_count']} and {row['unchanged_retry_count']}){proven}"


def _print_similar(console: Console, diagnosis: Diagnosis) -> None:
    job, rows = diagnosis.inquiry.job_name, diagnosis.sections["similar"]
    own = diagnosis.sections["of_job"][0]["failure_count"]
    console.print()
    console.print(
        f"Failures of job {plain(job)} of this type: {own:,}", highlight=False, style="bold"
    )
    if not own:
        console.print("  so nothing can be compared with them", style="dim")
        return
    _print_table(
        console,
        "Similar failures of other jobs",
        ("alike in", "project", "job", "failures", "resolved", "how"),
        [
            (
                row["likeness"],
                row["project"],
                row["job_name"],
                row["failure_count"],
                row["resolved_count"],
                row["resolution_type"],
            )
            for row in rows
        ],
    )


def _print_table(
    console: Console, title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    console.print(f"\n[bold]{plain(title)}[/bold]", highlight=False)
    if not rows:
        console.print("  none", style="dim")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for position, column in enumerate(columns):
        numeric = all(isinstance(row[position], int | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)
    _print_rest(console, len(rows))


def _print_rest(console: Console, count: int) -> None:
    if count > SHOWN_ROWS:
        console.print(f"  and {count - SHOWN_ROWS:,} more; --json gives all", style="dim")


def _fact(console: Console, label: str, text: str) -> None:
    console.print(f"[dim]{label:>20}[/dim]  {plain(text)}", highlight=False)


def _cell(value: Any) -> str | Text:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, Text) else plain(str(value))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _percent(value: Any) -> str:
    return "-" if value is None else f"{100 * float(value):.1f}%"


def _number(value: Any) -> str:
    return "-" if value is None else f"{float(value):.2f}"


def _probability(value: Any) -> str:
    return "-" if value is None else probability(value)
