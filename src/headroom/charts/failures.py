"""Charts of failures: places with their intervals, and hours."""

from typing import Any

import altair as alt

from headroom.charts.theme import ACCENT, INK, THIRD, WIDTH, Rows, data, named_axis

FLAGGED = alt.Color(
    "verdict:N",
    scale=alt.Scale(domain=["flagged", "not flagged"], range=[ACCENT, THIRD]),
)
# So many places fit a chart; the table beneath has all.
MOST_PLACES = 24
MOST_LETTERS = 30


def places(rows: Rows, name: str) -> Any:
    """Draw the failure rate of each node or image: its interval, and the expected rate."""
    known = [row for row in rows if row["attempt_count"]][:MOST_PLACES]
    shown = [
        {
            "place": _end_of(str(row[name])),
            "low": row["failure_rate_low"],
            "high": row["failure_rate_high"],
            "rate": row["failure_rate"],
            "expected": row["expected_rate"],
            "verdict": "flagged" if row["is_flagged"] else "not flagged",
        }
        for row in known
    ]
    y = alt.Y("place:N", sort=None, axis=named_axis())
    share = alt.Axis(format="%", title=None, tickCount=5, labelFlush=True)
    x = alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), axis=share)
    base = alt.Chart(data(shown)).encode(y=y)
    return alt.layer(
        base.mark_rule(strokeWidth=2.5).encode(x=x, x2="high:Q", color=FLAGGED),
        base.mark_circle(size=75, opacity=1).encode(x="rate:Q", color=FLAGGED),
        base.mark_tick(color=INK, thickness=2, size=14).encode(x="expected:Q"),
    ).properties(width=WIDTH, height=alt.Step(22))


def _end_of(name: str) -> str:
    """Shorten a name to its end: images of one registry begin alike."""
    return name if len(name) <= MOST_LETTERS else f"…{name[-MOST_LETTERS:]}"


def nodes(rows: Rows) -> Any:
    """Draw the failure rates of nodes."""
    return places(rows, "node_name")


def images(rows: Rows) -> Any:
    """Draw the failure rates of images."""
    return places(rows, "image")


def hours(rows: Rows) -> Any:
    """Draw the failures of each hour of the day, spikes in colour, with the expected number."""
    shown = [
        {
            "hour": row["hour_of_day"],
            "failures": row["failure_count"],
            "expected": row["expected_failure_count"],
            "verdict": "flagged" if row["is_spike"] else "not flagged",
        }
        for row in rows
    ]
    x = alt.X(
        "hour:O",
        scale=alt.Scale(domain=list(range(24))),
        axis=alt.Axis(title="hour of the day (UTC)", labelAngle=0, ticks=False),
    )
    base = alt.Chart(data(shown)).encode(x=x)
    y = alt.Y("failures:Q", title="failures", axis=alt.Axis(tickCount=4, format="d"))
    return alt.layer(
        base.mark_bar(size=18).encode(y=y, color=FLAGGED),
        base.mark_tick(color=INK, thickness=2, size=20).encode(y="expected:Q"),
    ).properties(width=WIDTH, height=150)
