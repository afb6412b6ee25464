"""Charts of throughput: workers, and where the time goes."""

from typing import Any

import altair as alt

from headroom.charts.theme import (
    ACCENT,
    GRID,
    INK,
    SECOND,
    THIRD,
    WIDTH,
    Row,
    Rows,
    data,
    named_axis,
    unpivoted,
)

PARTS = {"compute_seconds": "compute", "transfer_seconds": "transfer"}
# So many fit a chart; the table beneath has the others.
MOST_WORKERS = 16
BUSY_WIDTH, SLOW_WIDTH = 230, 170


def workers(rows: Rows) -> Any:
    """Draw how busy each worker was, and how many of its tasks were unusually slow."""
    known = [row for row in rows if row["busy_share"] is not None][:MOST_WORKERS]
    is_one = len({_calibration(row) for row in known}) == 1
    shown = [
        {**row, "name": row["worker"] if is_one else f"{_calibration(row)}: {row['worker']}"}
        for row in known
    ]
    name = alt.Y("name:N", sort=None, axis=named_axis())
    unnamed = alt.Y("name:N", sort=None, axis=None)
    base = alt.Chart(data(shown))
    percent = alt.Axis(title="busy", format="%", values=[0, 0.5, 1], labelFlush=True)
    busy = alt.layer(
        base.mark_bar(color=GRID, height=11).encode(
            x=alt.value(0), x2=alt.value(BUSY_WIDTH), y=name
        ),
        base.mark_bar(color=SECOND, height=11).encode(
            x=alt.X("busy_share:Q", scale=alt.Scale(domain=[0, 1]), axis=percent), y=name
        ),
    ).properties(width=BUSY_WIDTH, height=alt.Step(20))
    # The number stands at each bar.
    silent = alt.Axis(title="slow tasks", labels=False, ticks=False, grid=False, domain=False)
    count = alt.X("straggler_count:Q", axis=silent)
    slow = alt.layer(
        base.mark_bar(color=ACCENT, height=11).encode(x=count, y=unnamed),
        base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(
            x=count, y=unnamed, text="straggler_count:Q"
        ),
    ).properties(width=SLOW_WIDTH, height=alt.Step(20))
    return alt.hconcat(busy, slow, spacing=28)


def transfer(rows: Rows) -> Any:
    """Draw how the time of each calibration divides into computing and moving data."""
    known = [
        {**row, "name": _calibration(row)}
        for row in rows
        if row["transfer_seconds"] is not None and row["compute_seconds"] is not None
    ]
    share = alt.Axis(title="share of the workers' time", format="%", tickCount=5, labelFlush=True)
    colours = alt.Scale(domain=list(PARTS.values()), range=[SECOND, ACCENT])
    return (
        alt.Chart(data(unpivoted(known, PARTS)))
        .mark_bar(height=14)
        .encode(
            y=alt.Y("name:N", sort=None, axis=named_axis()),
            x=alt.X("amount:Q", stack="normalize", axis=share),
            color=alt.Color("label:N", scale=colours),
            order="place:Q",
        )
        .properties(width=WIDTH, height=alt.Step(26))
    )


def _calibration(row: Row) -> str:
    """Name a calibration, with its experiment where it is one."""
    if row["experiment"] == "none":
        return str(row["calibration"])
    return f"{row['calibration']} {row['experiment']}"


def comparisons(rows: Rows) -> Any:
    """Draw the ratio of each measure to the baseline's, with its interval; 1 means equal."""
    shown = [
        {
            **row,
            "name": f"{row['experiment']}: {row['measure'].replace('_', ' ')}",
            "verdict": "different" if row["is_different"] else "not shown to differ",
        }
        for row in rows
        if row["ratio"] is not None
    ]
    colours = alt.Scale(domain=["different", "not shown to differ"], range=[ACCENT, THIRD])
    base = alt.Chart(data(shown)).encode(
        y=alt.Y("name:N", sort=None, axis=named_axis()),
        color=alt.Color("verdict:N", scale=colours),
    )
    low = alt.X(
        "ratio_low:Q",
        title="ratio to the baseline",
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=5),
    )
    same = alt.Chart(data([{"one": 1}])).mark_rule(color=INK, strokeDash=[4, 3])
    return alt.layer(
        same.encode(x="one:Q"),
        base.mark_rule(strokeWidth=2.5).encode(x=low, x2="ratio_high:Q"),
        base.mark_circle(size=75, opacity=1).encode(x="ratio:Q"),
    ).properties(width=WIDTH, height=alt.Step(24))
