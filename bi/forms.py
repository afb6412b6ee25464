"""What `dashboard.yml` says, in Superset's words: the form of a chart, the dashboard's layout."""

from typing import Any

Chart = dict[str, Any]
# Formats (d3) by how a column's name ends; the first that fits counts.
FORMATS = {
    "_rate": ".1%",
    "_share": ".0%",
    "_count": ",d",
    "_mb": ",d",
    "_seconds": ",.0f",
    "_hours": ",.1f",
    "_failures": ",.1f",
    "_ratio": ",.1f",
    "_value": ".2g",
    "_pct": ",.0f",
    "_consistency": ".2f",
    "": ",.0f",
}
UNITS = {"mb": "MB", "gb": "GB", "pct": "%", "id": "ID", "cpu": "CPU"}
# A table is for looking at, not for export.
ROWS = 100
DEPLOYMENT_COLOUR = "#1b1f24"


def format_of(column: str) -> str:
    """Give the number format of a column."""
    return next(form for ending, form in FORMATS.items() if column.endswith(ending))


def title_of(column: str) -> str:
    """Give a column's name as a person reads it: "Failed attempts" for failed_attempt_count."""
    name = column.removeprefix("is_").removesuffix("_count")
    words = [UNITS.get(word, word) for word in name.split("_")]
    text = " ".join(words) + ("s" if column.endswith("_count") else "")
    return text[:1].upper() + text[1:]


def form_of(chart: Chart, time_column: str | None, layer: int) -> Chart:
    """Give the form that Superset draws a chart from; `layer` holds the deployments."""
    common: Chart = {
        "adhoc_filters": [
            {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart["where"]}
        ]
        if "where" in chart
        else [],
        "granularity_sqla": time_column,
        "time_range": "No filter",
    }
    if "figure" in chart:
        return common | _figure(chart)
    if "bars" in chart:
        return common | _bars(chart, time_column, layer)
    if "groups" in chart:
        return common | _groups(chart)
    return common | _table(chart)


def _figure(chart: Chart) -> Chart:
    return {
        "viz_type": "big_number_total",
        "metric": chart["figure"],
        "subtitle": chart["subtitle"],
        "header_font_size": 0.4,
        "subtitle_font_size": 0.15,
    }


def _bars(chart: Chart, time_column: str | None, layer: int) -> Chart:
    return {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": time_column,
        "time_grain_sqla": "P1D",
        "metrics": chart["bars"],
        "groupby": [],
        "stack": "Stack",
        "row_limit": 10000,
        "show_legend": True,
        "legendOrientation": "top",
        "legendType": "plain",
        "rich_tooltip": True,
        "tooltipTimeFormat": "%Y-%m-%d",
        "x_axis_time_format": "smart_date",
        "y_axis_format": ",d",
        "truncateXAxis": True,
        "annotation_layers": [
            {
                "name": "deployed",
                "annotationType": "EVENT",
                "sourceType": "NATIVE",
                "value": layer,
                "show": True,
                "showLabel": False,
                "showMarkers": False,
                "style": "dashed",
                "width": 2,
                "color": DEPLOYMENT_COLOUR,
                "opacity": "",
                "overrides": {"time_range": None},
            }
        ],
    }


def _groups(chart: Chart) -> Chart:
    return {
        "viz_type": "table",
        "query_mode": "aggregate",
        "groupby": chart["groups"],
        "metrics": chart["metrics"],
        "row_limit": ROWS,
        "show_cell_bars": False,
    }


def _table(chart: Chart) -> Chart:
    return {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": chart["columns"],
        # Superset reads each order as a JSON text of the column and whether it rises.
        "order_by_cols": [
            f'["{column}", {str(order == "asc").lower()}]'
            for column, order in chart["order"].items()
        ],
        "row_limit": ROWS,
        "show_cell_bars": False,
        "table_timestamp_format": "%Y-%m-%d",
        "column_config": {
            column: {"d3NumberFormat": format_of(column)} for column in chart["columns"]
        },
    }


def day_filter() -> Chart:
    """Give the filter of the dashboard by days; what has no time column stays as it is."""
    return {
        "id": "NATIVE_FILTER-days",
        "type": "NATIVE_FILTER",
        "name": "Days",
        "description": "Runs by the day they were queued, attempts submitted, trials ended.",
        "filterType": "filter_time",
        "targets": [{}],
        "controlValues": {"enableEmptyFilter": False},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
    }


def positions(rows: list[Chart], charts: dict[str, int]) -> Chart:
    """Give the places of charts, by their ids, as Superset keeps a dashboard's layout."""
    names = [f"ROW-{number}" for number, _ in enumerate(rows, 1)]
    places: Chart = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": names, "parents": ["ROOT_ID"]},
    }
    for name, row in zip(names, rows, strict=True):
        ids = {f"CHART-{charts[title]}": title for title in row["charts"]}
        above = ["ROOT_ID", "GRID_ID"]
        places[name] = {
            "type": "ROW",
            "id": name,
            "children": list(ids),
            "parents": above,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for place, title in ids.items():
            places[place] = {
                "type": "CHART",
                "id": place,
                "children": [],
                "parents": [*above, name],
                "meta": {
                    "chartId": charts[title],
                    "sliceName": title,
                    "width": row["charts"][title],
                    "height": row["height"],
                },
            }
    return places
