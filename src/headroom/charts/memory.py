"""Charts of memory: who was given more than asked for, and which key would mix workloads."""

from datetime import datetime, time
from typing import Any

import altair as alt

from headroom.charts.theme import (
    ACCENT,
    FOURTH,
    GRID,
    INK,
    MUTED,
    SECOND,
    THIRD,
    WIDTH,
    Rows,
    data,
    days,
    deployments,
    named_axis,
    stacked_days,
    unpivoted,
)

CAUSES = {
    "ara_run_count": "given by ARA",
    "asked_run_count": "asked for by the run",
    "other_run_count": "other: the floor, or not explained",
}
HASHES = {
    "command_run_count": "md5 of the command",
    "description_run_count": "md5 of the description",
    "client_run_count": "set by a client",
    "null_run_count": "no hash",
}
KEY_MEASURES = {
    "coverage": "runs with a history",
    "heterogeneity": "keys that mix workloads",
    "contamination_share": "contaminated runs",
}


def elevated_daily(rows: Rows) -> Any:
    """Draw the elevated runs of each day by who raised their memory."""
    return stacked_days(rows, CAUSES, (ACCENT, SECOND, THIRD), title="elevated runs")


def hashes_daily(rows: Rows) -> Any:
    """Draw the runs of each day by what their stored hash is."""
    return stacked_days(rows, HASHES, (FOURTH, SECOND, THIRD, ACCENT), title="runs")


def elevated_shares(rows: Rows) -> Any:
    """Draw the share of each day's runs that is elevated, with its interval."""
    shown = [{**row, "noon": datetime.combine(row["queued_day"], time(12))} for row in rows]
    base = alt.Chart(data(shown)).encode(x=days("noon"))
    axis = alt.Axis(format="%", tickCount=5)
    low = alt.Y(
        "share_low:Q", title="elevated share of runs", scale=alt.Scale(domain=[0, 1]), axis=axis
    )
    return alt.layer(
        base.mark_rule(color=SECOND, strokeWidth=2.5).encode(y=low, y2="share_high:Q"),
        base.mark_circle(color=SECOND, size=75, opacity=1).encode(y="share:Q"),
        *deployments(rows),
    ).properties(width=WIDTH, height=200)


def keys_compared(rows: Rows) -> Any:
    """Draw three measures of each candidate for the key, a column of bars for each measure."""
    candidates = [row["key_candidate"].replace("_", " ") for row in rows]
    named = [{**row, "key_candidate": name} for row, name in zip(rows, candidates, strict=True)]
    columns = []
    for place, label in enumerate(KEY_MEASURES.values()):
        shown = [row for row in unpivoted(named, KEY_MEASURES) if row["label"] == label]
        labels = named_axis(labels=place == 0)
        base = alt.Chart(data(shown)).encode(
            y=alt.Y("key_candidate:N", sort=candidates, axis=labels)
        )
        x = alt.X("amount:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
        colour = SECOND if place == 0 else ACCENT
        title = alt.TitleParams(
            label, anchor="start", fontSize=11, fontWeight="normal", color=MUTED
        )
        width = (WIDTH - 280) / 3
        columns.append(
            alt.layer(
                base.mark_bar(color=GRID, height=11).encode(x=alt.value(0), x2=alt.value(width)),
                base.mark_bar(color=colour, height=11).encode(x=x),
                base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(
                    x=alt.value(width), text=alt.Text("amount:Q", format=".1%")
                ),
            ).properties(width=width, height=alt.Step(20), title=title)
        )
    return alt.hconcat(*columns, spacing=56)
