"""The three answers about failures: what fails and where, how much, and what fixes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from headroom.diagnosis.ask import Inquiry, Row, Window, ask, compile_for_failures
from headroom.errors import UsageError
from headroom.inventory import require_marts
from headroom.printable import printable_json
from headroom.settings import Settings

Command = Literal["analyze", "stats", "remediate"]
# The analyses of each command, by the name under which its answer shows them.
SECTIONS: dict[Command, dict[str, str]] = {
    "analyze": {
        "summary": "failures_summary",
        "patterns": "failures_patterns",
        "nodes": "failures_nodes",
        "images": "failures_images",
        "recommendations": "failures_recommendations",
    },
    "stats": {"summary": "failures_summary", "patterns": "failures_patterns"},
    "remediate": {
        "of_type": "failures_of_type",
        "remediations": "failures_remediations",
        "retries": "failures_retries",
        "of_job": "failures_of_job",
        "similar": "failures_similar",
        "known_types": "failures_known_types",
    },
}


@dataclass(frozen=True)
class Diagnosis:
    """An answer: the question, its window, and the rows of each section."""

    command: Command
    inquiry: Inquiry
    window: Window
    sections: Mapping[str, list[Row]]

    @property
    def summary(self) -> Row:
        """The one row of the summary."""
        return self.sections["summary"][0]

    def patterns(self, dimension: str) -> list[Row]:
        """Give the patterns by type, project, node, image, hour, weekday or day."""
        return [row for row in self.sections["patterns"] if row["dimension"] == dimension]


def compile_command(settings: Settings, command: Command) -> dict[str, str]:
    """Compile the analyses of a command."""
    return compile_for_failures(settings, list(SECTIONS[command].values()))


def answer(
    settings: Settings,
    command: Command,
    inquiry: Inquiry,
    compiled: Mapping[str, str] | None = None,
) -> Diagnosis:
    """Answer a command; `compiled` spares compiling its analyses again.

    Raises UsageError for a remediation without a type, WarehouseUnavailableError without marts.
    """
    if command == "remediate" and not inquiry.failure_type.strip():
        raise UsageError("--type is empty", "name a type of failure, such as OOMKilled")
    require_marts(settings, "failures")
    sql = compiled or compile_command(settings, command)
    window, found = ask(settings, sql, inquiry)
    sections = {name: found[analysis] for name, analysis in SECTIONS[command].items()}
    inquiry = replace(inquiry, failure_type=_as_ruled(inquiry.failure_type, sections))
    return Diagnosis(command, inquiry, window, sections)


def _as_ruled(failure_type: str, sections: Mapping[str, list[Row]]) -> str:
    """Write a type as the rules do, which nobody has to remember the capitals of."""
    known = [str(row["failure_type"]) for row in sections.get("known_types", [])]
    return next((name for name in known if name.lower() == failure_type.lower()), failure_type)


def as_json(diagnosis: Diagnosis) -> str:
    """Write an answer for a program: instants in ISO 8601, decimals as numbers, NULL as null."""
    inquiry, window = diagnosis.inquiry, diagnosis.window
    head: dict[str, Any] = {
        "command": diagnosis.command,
        "projects": None if inquiry.scope.projects is None else list(inquiry.scope.projects),
        "window": {
            "from": window.start if window.is_known else None,
            "until": window.end if window.is_known else None,
            "lookback_days": window.lookback_days,
        },
        "pattern_threshold": inquiry.pattern_threshold,
    }
    if diagnosis.command == "remediate":
        head |= {"failure_type": inquiry.failure_type, "job_name": inquiry.job_name or None}
    sections: dict[str, Any] = dict(diagnosis.sections)
    for single in ("summary", "of_type", "of_job"):
        if single in sections:
            sections[single] = sections[single][0]
    if "known_types" in sections:
        sections["known_types"] = [row["failure_type"] for row in sections["known_types"]]
    written = json.dumps({**head, **sections}, default=json_value, indent=2, ensure_ascii=False)
    return printable_json(written)


def json_value(value: Any) -> Any:
    """Give what JSON has for a value of a database; raise TypeError where it has nothing."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
