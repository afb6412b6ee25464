"""What all charts share: colours by their meaning, a quiet theme, days as bars, deployments.

A colour here is a placeholder that stands for a meaning. The SVG of a page gets the page's CSS
variables in its place, so that it follows light and dark without a script; a picture gets the light
palette.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import altair as alt
import vl_convert

Row = Mapping[str, Any]
Rows = Sequence[Row]

INK, MUTED, GRID, ACCENT, SECOND, THIRD, FOURTH = (f"#fe00{place:02x}" for place in range(1, 8))
VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    ACCENT: "accent",
    SECOND: "second",
    THIRD: "third",
    FOURTH: "fourth",
}
LIGHT = {
    INK: "#1b1f24",
    MUTED: "#57616b",
    GRID: "#dde2e7",
    ACCENT: "#b3401f",
    SECOND: "#2b6cb0",
    THIRD: "#8a929b",
    FOURTH: "#2f7d5b",
}
WIDTH = 640
FONT = "DejaVu Sans, Verdana, sans-serif"
# The gap on each side of a bar: a deployment at midnight stands between two bars, not in one.
GAP = timedelta(hours=2)
# Above the bars, for two lines of names.
DEPLOYMENTS_HEIGHT = 36

CONFIG = {
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": MUTED,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 12,
        "labelColor": INK,
        "labelLimit": 320,
        "symbolType": "square",
        "offset": 14,
    },
    "header": {"title": None, "labelFontSize": 12, "labelColor": INK, "labelAnchor": "start"},
    "text": {"color": INK, "fontSize": 12},
}


def data(rows: Iterable[Row]) -> Any:
    """Give rows as inline data: numbers as numbers, days and moments as text that means UTC."""
    return alt.Data(values=[{name: _plain(value) for name, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value


def unpivoted(rows: Iterable[Row], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give a row for each of the columns in `labels`, with its `label`, `amount` and `place`."""
    return [
        {**row, "label": label, "amount": row[column], "place": place}
        for row in rows
        for place, (column, label) in enumerate(labels.items())
    ]


def named_axis(*, limit: int = 240, **options: Any) -> Any:
    """Give the axis of things with names, one a line; a name may be `limit` pixels long."""
    return alt.Axis(
        title=None, ticks=False, domain=False, labelPadding=8, labelLimit=limit, **options
    )


def days(field: str) -> Any:
    """Give the axis of days, in UTC, for a field that holds moments."""
    axis = alt.Axis(format="%-d %b", title=None, grid=False, labelFlush=True, tickCount=8)
    return alt.X(f"{field}:T", scale=alt.Scale(type="utc", nice=False), axis=axis)


def stacked_days(
    rows: Rows, labels: Mapping[str, str], colours: Sequence[str], *, title: str
) -> Any:
    """Draw bars of days, piled up from the columns in `labels`, with deployments marked."""
    bars = (
        alt.Chart(data(_piled(rows, labels)))
        .mark_rect()
        .encode(
            x=days("begins"),
            x2="ends:T",
            y=alt.Y("low:Q", title=title, axis=alt.Axis(tickCount=5, format=",d")),
            y2="high:Q",
            color=alt.Color(
                "label:N",
                scale=alt.Scale(domain=list(labels.values()), range=list(colours)),
                legend=alt.Legend(offset=DEPLOYMENTS_HEIGHT),
            ),
        )
    )
    return alt.layer(bars, *deployments(rows)).properties(width=WIDTH, height=200)


def _piled(rows: Rows, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give the parts of each day's bar, each on top of the part before it."""
    for row in rows:
        start = datetime.combine(row["queued_day"], time())
        high = 0
        for column, label in labels.items():
            low, high = high, high + row[column]
            yield {
                "begins": start + GAP,
                "ends": start + timedelta(days=1) - GAP,
                "label": label,
                "low": low,
                "high": high,
            }


def deployments(rows: Rows) -> list[Any]:
    """Draw a line for each deployment, its name above the plot, two lines in turn."""
    found = [row for row in rows if row["deployed_at"]]
    layers = []
    for place, row in enumerate(found):
        marks = alt.Chart(data([{"at": row["deployed_at"], "label": row["deployed"]}])).encode(
            x="at:T"
        )
        is_late = row["queued_day"] > _middle(rows)
        words = marks.mark_text(
            align="right" if is_late else "left",
            dx=4 if is_late else -4,
            baseline="bottom",
            fontSize=11,
        )
        height = -4 - 13 * (place % 2)
        layers += [
            marks.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.5),
            words.encode(y=alt.value(height), text="label:N"),
        ]
    return layers


def _middle(rows: Rows) -> date:
    first, last = rows[0]["queued_day"], rows[-1]["queued_day"]
    return first + (last - first) / 2  # type: ignore[no-any-return]


def svg(chart: Any) -> str:
    """Draw a chart as SVG that takes its colours and its font from the page around it."""
    drawn = _drawn(chart)
    for placeholder, name in VARIABLES.items():
        drawn = drawn.replace(placeholder, f"var(--{name})")
    # What the page says of the whole chart is enough; roles of single marks would be read out.
    drawn = re.sub(r' (?:role|aria-[a-z]+|font-family|pointer-events|class)="[^"]*"', "", drawn)
    return re.sub(r' width="[\d.]+" height="[\d.]+"(?= viewBox)', "", drawn, count=1)


def picture(chart: Any) -> str:
    """Draw a chart as SVG in the light palette, for a notebook or a document."""
    drawn = _drawn(chart.properties(background="white", padding=12))
    for placeholder, colour in LIGHT.items():
        drawn = drawn.replace(placeholder, colour)
    return drawn


def _drawn(chart: Any) -> str:
    # A test holds every chart to the schema; here that would cost a quarter of a second.
    specification = {**chart.to_dict(validate=False), "config": CONFIG}
    if not specification.keys() & {"hconcat", "vconcat"}:
        # As wide as the others with its labels, so that its letters are as large as theirs.
        specification["autosize"] = {"type": "fit-x", "contains": "padding"}
    return str(vl_convert.vegalite_to_svg(specification))


def warm_up() -> None:
    """Draw something: the first drawing takes a second, each further one a twentieth."""
    _drawn(alt.Chart(data([{"x": 0}])).mark_point().encode(x="x:Q"))
