"""Charts of builds: the samples of one build."""

from typing import Any

import altair as alt

from headroom.charts.theme import ACCENT, SECOND, WIDTH, Rows, data

METRICS = {
    "cpu_pct": ("CPU, %", "has_cpu_anomaly"),
    "memory_used_gb": ("memory, GB", "has_memory_anomaly"),
}


def samples(rows: Rows) -> Any:
    """Draw CPU and memory of a build over its time; samples that a rule flagged are marked."""
    panels = [_panel(rows, metric) for metric in METRICS]
    return alt.vconcat(*panels, spacing=12)


def _panel(rows: Rows, metric: str) -> Any:
    title, anomaly = METRICS[metric]
    is_last = metric == list(METRICS)[-1]
    shown = [
        {"at": row["sampled_at"], "amount": row[metric], "is_flagged": bool(row[anomaly])}
        for row in rows
    ]
    axis = alt.Axis(
        format="%H:%M", title=None, grid=False, labels=is_last, ticks=is_last, labelFlush=True
    )
    base = alt.Chart(data(shown)).encode(
        x=alt.X("at:T", scale=alt.Scale(type="utc", nice=False), axis=axis),
        y=alt.Y("amount:Q", title=title, axis=alt.Axis(tickCount=4)),
    )
    return alt.layer(
        base.mark_line(color=SECOND, strokeWidth=1.5),
        base.transform_filter("datum.is_flagged").mark_point(
            color=ACCENT, filled=True, size=55, opacity=1
        ),
    ).properties(width=WIDTH, height=110)
