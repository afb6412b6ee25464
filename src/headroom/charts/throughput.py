"""Charts of throughput: workers, and where the time goes."""

from typing import Any

import altair as alt

from headroom.charts.theme import ACCENT, GRID, INK, SECOND, THIRD, WIDTH, Rows, data, unpivoted

PARTS = {"compute_seconds": "compute", "transfer_seconds": "transfer"}


def workers(rows: Rows) -> Any:
    """Draw how busy each worker was, and how many of its tasks were unusually slow."""
    shown = [
        {**row, "name": f"{row['calibration']} {row['experiment']} {row['worker']}"}
        for row in rows
        if row["busy_share"] is not None
    ]
    single = len({(row["calibration"], row["experiment"]) for row in shown}) == 1
    names = [str(row["worker"] if single else row["name"]) for row in shown]
    shown = [{**row, "name": name} for row, name in zip(shown, names, strict=True)]
    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, labelLimit=260)
    base = alt.Chart(data(shown)).encode(y=alt.Y("name:N", sort=None, axis=axis))
    share = alt.Scale(domain=[0, 1])
    slow = alt.condition("datum.straggler_count > 0", alt.value(ACCENT), alt.value(THIRD))
    bars = alt.layer(
        base.mark_bar(color=GRID, height=11).encode(x=alt.value(0), x2=alt.value(220)),
        base.mark_bar(color=SECOND, height=11).encode(
            x=alt.X(
                "busy_share:Q", scale=share, title="busy", axis=alt.Axis(format="%", tickCount=4)
            )
        ),
    ).properties(width=220, height=alt.Step(20))
    dots = alt.layer(
        base.mark_bar(height=11).encode(
            x=alt.X(
                "straggler_count:Q", title="slow tasks", axis=alt.Axis(tickCount=4, format="d")
            ),
            y=alt.Y("name:N", sort=None, axis=None),
            color=slow,
        ),
        base.mark_text(align="left", dx=4, color=INK, fontSize=11).encode(
            x="straggler_count:Q", y=alt.Y("name:N", sort=None, axis=None), text="straggler_count:Q"
        ),
    ).properties(width=160, height=alt.Step(20))
    return alt.hconcat(bars, dots, spacing=28)


def transfer(rows: Rows) -> Any:
    """Draw how the time of each calibration divides into computing and moving data."""
    known = [
        {**row, "name": f"{row['calibration']}, experiment {row['experiment']}"}
        for row in rows
        if row["transfer_seconds"] is not None and row["compute_seconds"] is not None
    ]
    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, labelLimit=220)
    return (
        alt.Chart(data(unpivoted(known, PARTS)))
        .mark_bar(height=14)
        .encode(
            y=alt.Y("name:N", sort=None, axis=axis),
            x=alt.X(
                "amount:Q",
                stack="normalize",
                title="share of the workers' time",
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color(
                "label:N", scale=alt.Scale(domain=list(PARTS.values()), range=[SECOND, ACCENT])
            ),
            order="place:Q",
        )
        .properties(width=WIDTH, height=alt.Step(26))
    )
