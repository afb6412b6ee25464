"""Charts of effects: an outcome before and after each change, with what is known of both."""

from typing import Any

import altair as alt

from headroom.charts.theme import ACCENT, THIRD, WIDTH, Rows, data, named_axis

SIDES = {"before": THIRD, "after": ACCENT}


def before_and_after(rows: Rows) -> Any:
    """Draw the shares before and after each change with exact bounds; a side is empty for none."""
    shown = [
        {
            "compared": f"{row['change']}: {row['outcome'].replace('_', ' ')}",
            "side": side,
            "share": row[f"{side}_share"],
            "low": row[f"{side}_low"],
            "high": row[f"{side}_high"],
        }
        for row in rows
        if all(row[f"{side}_low"] is not None for side in SIDES)
        for side in SIDES
    ]
    colour = alt.Color("side:N", scale=alt.Scale(domain=list(SIDES), range=list(SIDES.values())))
    share = alt.Axis(format="%", title=None, tickCount=5, labelFlush=True)
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("compared:N", sort=None, axis=named_axis(limit=320)),
        yOffset=alt.YOffset("side:N", sort=list(SIDES)),
        color=colour,
    )
    return alt.layer(
        base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", axis=share), x2="high:Q"),
        base.mark_circle(size=60, opacity=1).encode(x="share:Q"),
    ).properties(width=WIDTH, height=alt.Step(14))
