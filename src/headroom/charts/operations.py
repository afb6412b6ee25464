"""Charts of operations: the builds of the marts."""

from typing import Any

import altair as alt

from headroom.charts.theme import ACCENT, FOURTH, SECOND, THIRD, WIDTH, Rows, data

OUTCOMES = {"succeeded": SECOND, "unchanged": FOURTH, "running": THIRD, "not succeeded": ACCENT}


def builds_made(rows: Rows) -> Any:
    """Draw how long each build took, coloured by how it ended; the oldest stands left."""
    shown = [
        {
            "build": row["build_id"],
            "minutes": float(row["duration_seconds"]) / 60,
            "outcome": row["status"] if row["status"] in OUTCOMES else "not succeeded",
        }
        for row in reversed(rows)
        if row["duration_seconds"] is not None
    ]
    axis = alt.Axis(title="build", labelAngle=0, ticks=False, labelOverlap=True)
    return (
        alt.Chart(data(shown))
        .mark_bar(size=max(3, min(24, WIDTH // (2 * max(1, len(shown))))))
        .encode(
            x=alt.X("build:O", axis=axis),
            y=alt.Y("minutes:Q", title="minutes", axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "outcome:N",
                scale=alt.Scale(domain=list(OUTCOMES), range=list(OUTCOMES.values())),
            ),
        )
        .properties(width=WIDTH, height=140)
    )
