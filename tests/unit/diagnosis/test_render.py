"""Answers about failures, and summaries of loads, as a person reads them."""

import io
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from headroom.diagnosis.access import Scope
from headroom.diagnosis.answer import Diagnosis
from headroom.diagnosis.ask import Inquiry, Window
from headroom.diagnosis.render import print_failures
from headroom.landed.landing import Landed
from headroom.loads.render import print_tally
from headroom.loads.tally import Tally

RESOLVED = {
    "severity": "low",
    "state": "resolved",
    "suggested_action": "Nothing now for node-1: no failure in this window",
    "evidence": "3 failures of 3 jobs: OOMKilled 3",
}


def analysis(*recommendations: dict[str, Any]) -> str:
    """Print the analysis of a window in which nothing failed."""
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), 7)
    sections = {"summary": [{"failure_count": 0}], "recommendations": list(recommendations)}
    diagnosis = Diagnosis("analyze", Inquiry(Scope(None), 7), window, sections)
    console = Console(file=io.StringIO(), width=120)
    print_failures(console, diagnosis)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_what_is_resolved_is_told_where_nothing_fails_any_more() -> None:
    said = analysis(RESOLVED)
    assert "No failure is recorded in this window." in said
    assert "Nothing now for node-1" in said
    assert "Recommendations" not in analysis()


def test_rows_that_a_load_removed_are_told_without_new_ones() -> None:
    tables = [Landed("landed_failure_solutions", removed=2), Landed("landed_pods")]
    console = Console(file=io.StringIO(), width=120)
    print_tally(console, Tally(landed=tables))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert "landed_failure_solutions: 0 new, 0 changed, 0 unchanged, 2 removed" in said
    assert "landed_pods" not in said
