"""Make the dashboard of `dashboard.yml` in a Superset, through its API."""

import json
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bi.forms import Chart, day_filter, form_of, positions, title_of
from headroom.environment import environment_in_force
from headroom.errors import HeadroomError
from headroom.seeds import read_seed
from headroom.settings import MARTS_SCHEMA

SPECIFICATION = Path(__file__).parent / "dashboard.yml"


class Superset:
    """A Superset at an address; who is logged in there is known by a token and a cookie."""

    def __init__(self, address: str) -> None:
        """Keep the address; nothing is asked yet."""
        self.address = address
        self._headers = {"Content-Type": "application/json"}
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Ask the API; raise HeadroomError with its answer where it refuses."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.address}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers=self._headers,
        )
        try:
            with self._opener.open(request, timeout=120) as answer:
                given: dict[str, Any] = json.load(answer)
                return given
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:500]
            raise HeadroomError(f"Superset refuses {method} {path}: {said}") from error

    def log_in(self, user: str, password: str) -> None:
        """Log in for what is asked from now on; raise HeadroomError where Superset refuses."""
        login = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self.ask("POST", "security/login", login)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.ask("GET", "security/csrf_token/")["result"]

    def add(self, path: str, body: object) -> int:
        """Make a thing; give its number."""
        return int(self.ask("POST", path, body)["id"])


def specification() -> dict[str, Any]:
    """Read `dashboard.yml`."""
    read: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
    return read


def of_marts(wanted: dict[str, Any], present: set[str]) -> dict[str, Any]:
    """Leave out what shows marts that are not there: a domain without data has none."""
    charts = {
        title: chart for title, chart in wanted["charts"].items() if chart["dataset"] in present
    }
    rows = [
        {
            **row,
            "charts": {title: row["charts"][title] for title in row["charts"] if title in charts},
        }
        for row in wanted["rows"]
    ]
    return {
        **wanted,
        "datasets": {
            mart: wanted["datasets"][mart] for mart in wanted["datasets"] if mart in present
        },
        "charts": charts,
        "rows": [row for row in rows if row["charts"]],
    }


def publish(superset: Superset, marts: str) -> str:
    """Make the connection, the datasets, the charts and the dashboard; give its path.

    Raises HeadroomError where Superset refuses.
    """
    database = superset.add(
        "database/",
        {"database_name": "Headroom", "sqlalchemy_uri": marts, "expose_in_sqllab": True},
    )
    found = superset.ask("GET", f"database/{database}/tables/?q=(schema_name:{MARTS_SCHEMA})")
    wanted = of_marts(specification(), {table["value"] for table in found["result"]})
    layer = _add_deployments(superset)
    datasets = {
        mart: _add_dataset(superset, database, mart, asked)
        for mart, asked in wanted["datasets"].items()
    }
    dashboard = superset.add(
        "dashboard/", {"dashboard_title": wanted["title"], "slug": "headroom", "published": True}
    )
    charts = {}
    for title, chart in wanted["charts"].items():
        time_column = wanted["datasets"][chart["dataset"]].get("time")
        form = form_of(chart, time_column, layer)
        charts[title] = _add_chart(superset, title, form, datasets[chart["dataset"]], dashboard)
    look = {
        "positions": positions(wanted["rows"], charts),
        "native_filter_configuration": [day_filter()],
        "label_colors": {
            name: metric["colour"]
            for asked in wanted["datasets"].values()
            for name, metric in asked.get("metrics", {}).items()
            if "colour" in metric
        },
    }
    superset.ask("PUT", f"dashboard/{dashboard}", {"json_metadata": json.dumps(look)})
    return "/superset/dashboard/headroom/"


def _add_deployments(superset: Superset) -> int:
    """Make the layer of annotations that charts by day show: what is fully deployed."""
    layer = superset.add("annotation_layer/", {"name": "deployed", "descr": "What was deployed"})
    environment = environment_in_force()
    for row in read_seed("deployments"):
        if row["environment"] != environment or not row["fully_deployed_at_utc"]:
            continue
        moment = datetime.fromisoformat(row["fully_deployed_at_utc"]).isoformat()
        annotation = {
            "short_descr": row["change"],
            "start_dttm": moment,
            "end_dttm": moment,
        }
        superset.add(f"annotation_layer/{layer}/annotation/", annotation)
    return layer


def _add_dataset(superset: Superset, database: int, mart: str, asked: dict[str, Any]) -> int:
    """Make a dataset of a mart; Superset takes types and descriptions from the database."""
    named = {"database": database, "schema": MARTS_SCHEMA, "table_name": mart}
    dataset = superset.add("dataset/", named)
    found = superset.ask("GET", f"dataset/{dataset}")["result"]["columns"]
    kept = ("id", "column_name", "type", "is_dttm", "description", "filterable", "groupby")
    columns = [
        {name: column[name] for name in kept} | {"verbose_name": title_of(column["column_name"])}
        for column in found
    ]
    metrics = [
        {
            "metric_name": name,
            "verbose_name": metric["label"],
            "expression": metric["sql"],
            "d3format": metric["format"],
        }
        for name, metric in asked.get("metrics", {}).items()
    ]
    changes = {"columns": columns, "metrics": metrics, "main_dttm_col": asked.get("time")}
    superset.ask("PUT", f"dataset/{dataset}?override_columns=false", changes)
    return dataset


def _add_chart(superset: Superset, title: str, form: Chart, dataset: int, dashboard: int) -> int:
    return superset.add(
        "chart/",
        {
            "slice_name": title,
            "viz_type": form["viz_type"],
            "datasource_id": dataset,
            "datasource_type": "table",
            "params": json.dumps({**form, "datasource": f"{dataset}__table"}),
            "dashboards": [dashboard],
        },
    )
