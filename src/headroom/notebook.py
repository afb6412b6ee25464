"""What the notebooks of `analyses/` share: ask the marts, draw, and write what was learned.

It needs the extra `headroom[report]`, and IPython, which every notebook brings.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from IPython.display import SVG, Markdown

from headroom.charts.theme import FONT, LIGHT, VARIABLES, WIDTH, picture
from headroom.report.page.cells import Row, Rows
from headroom.settings import Settings
from headroom.warehouse import open_warehouse


def ask(sql: str) -> list[Row]:
    """Query the warehouse of the environment; the connection only reads, and is closed at once.

    Raises WarehouseUnavailableError where there is no warehouse, or another process writes it.
    """
    with open_warehouse(Settings.from_environment(), read_only=True) as warehouse:
        result = warehouse.query(sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def table(rows: Rows) -> pd.DataFrame:
    """Give rows as a table, the first column as its index; a NULL stays empty."""
    frame = pd.DataFrame([{name: _shown(value) for name, value in row.items()} for row in rows])
    return frame.set_index(frame.columns[0])


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float | Decimal):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return "" if value is None else value


def draw(chart: Any) -> SVG:
    """Draw a chart in the light palette, as a picture that shows anywhere."""
    return SVG(picture(chart))


def in_light(drawing: str) -> SVG:
    """Give a drawing of the HTML report the light palette."""
    for placeholder, name in VARIABLES.items():
        drawing = drawing.replace(f"var(--{name})", LIGHT[placeholder])
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" font-family="{FONT}" '
    return SVG(drawing.replace("<svg ", opened, 1))


def learned(*sentences: str) -> Markdown:
    """Write what the figures say: a point for each sentence."""
    return Markdown("\n".join(f"- {sentence}" for sentence in sentences))


def percent(part: Any, whole: Any) -> str:
    """Write a share as a percentage; say so where there is nothing to take a share of."""
    return f"{100 * float(part) / float(whole):.1f}%" if whole else "no share (nothing to count)"


def names(values: Iterable[Any]) -> str:
    """Write names as code, with commas between; say so where there is not one."""
    return ", ".join(f"`{value}`" for value in values) or "none"
