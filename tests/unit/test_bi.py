"""The dashboard's specification names what exists, and Superset's words are made of it."""

import copy
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from bi.forms import form_of, format_of, positions, title_of
from bi.publish import Superset, of_marts, specification
from headroom.errors import HeadroomError
from headroom.settings import PROJECT_DIR
from tests.support.lint_models import project_manifest

SQL_WORDS = re.compile(
    r"'[^']*'|\b(and|by|count|date|filter|group|is|not|null|nullif|order|percentile_disc|sum|where|within)\b"
)


def words_of(sql: str) -> set[str]:
    """Give the names of columns in a piece of SQL."""
    return set(re.findall(r"[a-z_]\w*", SQL_WORDS.sub("", sql)))


def unknown(wanted: dict[str, Any], columns: dict[str, set[str]]) -> set[str]:
    """Give the marts, columns and metrics that a specification names and nobody makes."""
    missing = set(wanted["datasets"]) - set(columns)
    for mart, dataset in wanted["datasets"].items():
        sql = [metric["sql"] for metric in dataset.get("metrics", {}).values()]
        used = words_of(" ".join(sql)) | {dataset["time"]} if "time" in dataset else set()
        missing |= {f"{mart}.{name}" for name in used - columns.get(mart, set())}
    for chart in wanted["charts"].values():
        mart = chart["dataset"]
        named = {name for part in ("columns", "order", "groups") for name in chart.get(part, ())}
        used = named | words_of(chart.get("where", ""))
        missing |= {f"{mart}.{name}" for name in used - columns.get(mart, set())}
        metrics = {name for part in ("bars", "metrics") for name in chart.get(part, ())}
        metrics |= {chart["figure"]} if "figure" in chart else set()
        missing |= metrics - set(wanted["datasets"][mart].get("metrics", ()))
    return missing


@pytest.fixture(scope="module")
def columns() -> dict[str, set[str]]:
    """The columns of each mart."""
    nodes = project_manifest().nodes.values()
    return {node.name: set(node.columns) for node in nodes if node.schema == "marts"}


def test_the_dashboard_names_only_what_exists(columns: dict[str, set[str]]) -> None:
    wanted = specification()
    assert unknown(wanted, columns) == set()
    assert len(wanted["charts"]) > 10
    broken = copy.deepcopy(wanted)
    broken["datasets"]["flotilla__elevation_daily"]["metrics"]["runs"]["sql"] = "sum(run_counts)"
    broken["charts"]["Runs"]["figure"] = "runs_made"
    table = next(chart for chart in broken["charts"].values() if "columns" in chart)
    table["columns"].append("memory_gb")
    table["where"] = "contaminated is null"
    assert unknown(broken, columns) == {
        "flotilla__elevation_daily.run_counts",
        "runs_made",
        "flotilla__contaminations.memory_gb",
        "flotilla__contaminations.contaminated",
    }


def test_every_chart_has_one_place_and_every_row_is_full() -> None:
    wanted = specification()
    placed = [title for row in wanted["rows"] for title in row["charts"]]
    assert sorted(placed) == sorted(wanted["charts"])
    assert {sum(row["charts"].values()) for row in wanted["rows"]} == {12}
    ids = {title: number for number, title in enumerate(placed)}
    places = positions(wanted["rows"], ids)
    shown = [
        place["meta"]["chartId"] for name, place in places.items() if name.startswith("CHART-")
    ]
    assert shown == list(ids.values())


def test_a_mart_that_is_not_there_is_left_out() -> None:
    wanted = specification()
    found = of_marts(wanted, set(wanted["datasets"]) - {"builds__builds", "failures__nodes"})
    assert set(wanted["charts"]) - set(found["charts"]) == {
        "Builds, the latest first",
        "Nodes, the most suspect first",
    }
    assert [title for row in found["rows"] for title in row["charts"]] == [
        title for row in wanted["rows"] for title in row["charts"] if title in found["charts"]
    ]
    assert all(row["charts"] for row in found["rows"])
    assert "builds__builds" not in found["datasets"]


def test_the_exposure_depends_on_the_datasets() -> None:
    exposures = yaml.safe_load((PROJECT_DIR / "models" / "exposures.yml").read_text())["exposures"]
    (ours,) = [exposure for exposure in exposures if exposure["name"] == "superset_dashboard"]
    assert ours["depends_on"] == [f"ref('{mart}')" for mart in sorted(specification()["datasets"])]


def test_names_and_formats_are_made_of_columns() -> None:
    assert title_of("failed_attempt_count") == "Failed attempts"
    assert title_of("contaminated_gb_hours") == "Contaminated GB hours"
    assert title_of("is_flagged") == "Flagged"
    assert [format_of(name) for name in ("failure_rate", "memory_mb", "p95")] == [
        ".1%",
        ",d",
        ",.0f",
    ]


def test_each_kind_of_chart_becomes_a_form() -> None:
    charts = specification()["charts"].values()
    forms = [form_of(chart, "queued_day", 7) for chart in charts]
    assert {form["viz_type"] for form in forms} == {
        "big_number_total",
        "echarts_timeseries_bar",
        "table",
    }
    bars = next(form for form in forms if "x_axis" in form)
    assert bars["annotation_layers"][0]["value"] == 7


class _Refusing(BaseHTTPRequestHandler):
    """A server that takes a login and refuses everything else."""

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        is_login = "/security/" in self.path
        said = {"access_token": "t", "result": "c"} if is_login else {"message": "already exists"}
        self.send_response(200 if is_login else 422)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_superset_refuses_is_said(refusing: str) -> None:
    superset = Superset(refusing)
    superset.log_in("admin", "secret")
    with pytest.raises(HeadroomError, match=r"refuses POST dataset/: .*already exists") as raised:
        superset.add("dataset/", {})
    assert "secret" not in raised.value.message
