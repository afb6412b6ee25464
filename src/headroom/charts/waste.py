"""Charts of waste: what became of the memory that was paid for."""

from typing import Any

from headroom.charts.theme import ACCENT, FOURTH, MUTED, SECOND, THIRD, Rows, stacked_days

PARTS = {
    "used_gb_hours": "used",
    "over_allocated_gb_hours": "over-allocated",
    "lost_to_oom_gb_hours": "lost to OOM",
    "lost_to_failure_gb_hours": "lost to other failures",
    "unmeasured_gb_hours": "not measured",
}


def bill_daily(rows: Rows) -> Any:
    """Draw the memory-hours of each day by what became of them."""
    shown = [
        {
            "queued_day": row["submitted_day"],
            "deployed_at": None,
            **{part: float(row[part]) for part in PARTS},
        }
        for row in rows
    ]
    return stacked_days(shown, PARTS, (FOURTH, SECOND, ACCENT, THIRD, MUTED), title="GB·h")
