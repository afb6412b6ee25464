"""`make test-bi`: each chart of the dashboard gets from Superset what SQL says of the marts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest

from bi.__main__ import USER, Shown, dashboard
from bi.demo import marts as marts_of
from bi.forms import ROWS
from bi.publish import specification
from headroom.errors import WarehouseUnavailableError
from headroom.settings import MARTS_SCHEMA, PROJECT_DIR
from tests.support.chromium import needs_chromium, started_chromium

ENVIRONMENT = PROJECT_DIR / ".venv-bi"
WAIT_MS = 120_000
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not ENVIRONMENT.exists(), reason="no Superset: `make test-bi` brings it"),
]
# Figures and bars are counted again from each run and attempt.
COUNTED = {
    "Runs": "select count(*) from marts.flotilla__runs where queued_day is not null",
    "Elevated rate": """
        select avg(cast(is_elevated as integer)) from marts.flotilla__runs
        where queued_day is not null and memory_mb is not null
    """,
    "NULL-hash rate after the fix": """
        select avg(cast(command_hash is null as integer)) from marts.flotilla__runs
        where has_command and queued_day >= date '2025-12-17'
    """,
    "Contaminated GB hours": """
        select sum(contaminated_gb_hours) from marts.flotilla__contaminations
    """,
    "Failure rate": """
        select avg(cast(outcome = 'failed' as integer)) from marts.attempts__attempts
    """,
    "Elevated runs a day, by cause (dashed = deployment)": """
        select
            queued_day,
            count(*) filter (where is_elevated and is_by_ara),
            count(*) filter (where is_elevated and attribution = 'run_request'),
            count(*) filter (where is_elevated and not is_by_ara and attribution <> 'run_request')
        from (
            select *, attribution in ('ara_capped', 'ara_exact', 'ara_in_interval') as is_by_ara
            from marts.flotilla__runs where queued_day is not null
        ) as runs
        group by queued_day order by queued_day
    """,
    "What stored hashes are (dashed = deployment)": """
        select
            queued_day,
            count(*) filter (where hash_origin = 'command'),
            count(*) filter (where hash_origin = 'description'),
            count(*) filter (where hash_origin = 'client'),
            count(*) filter (where hash_origin = 'null')
        from marts.flotilla__runs where queued_day is not null
        group by queued_day order by queued_day
    """,
    "How long trials take, by experiment": """
        select
            calibration,
            experiment,
            count(trial_ms),
            percentile_disc(0.5) within group (order by trial_ms),
            percentile_disc(0.9) within group (order by trial_ms),
            percentile_disc(0.95) within group (order by trial_ms),
            percentile_disc(0.99) within group (order by trial_ms)
        from marts.throughput__trials
        group by calibration, experiment order by calibration, experiment
    """,
}


@dataclass
class Seen:
    """What the dashboard's page asked for and got, and what it looks like."""

    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    errors: int = 0

    def answered(self, response: Any) -> None:
        address = urlsplit(response.url)
        self.hosts.add(address.netloc)
        if address.path == "/api/v1/chart/data":
            (asked,) = parse_qs(address.query)["form_data"]
            chart = int("".join(filter(str.isdigit, asked)))
            self.answers[chart] = response.json()

    def failed(self, request: Any) -> None:
        self.refused[urlsplit(request.url).netloc] = request.failure


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    with dashboard(ENVIRONMENT) as shown:
        yield shown


@pytest.fixture(scope="module")
def logged_in(shown: Shown) -> Iterator[Any]:
    """Log in as a person does; give the page."""
    with started_chromium() as browser:
        page = browser.new_page(viewport={"width": 1500, "height": 2200})
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{shown.site.address}/login/")
        page.wait_for_load_state("networkidle")
        page.locator("#username").fill(USER)
        page.locator("#password").fill(shown.password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        yield page


@contextmanager
def dashboard_seen(page: Any, address: str) -> Iterator[Seen]:
    """Open the dashboard, wait until every chart is there, and write down what it got."""
    seen = Seen()
    page.on("response", seen.answered)
    page.on("requestfailed", seen.failed)
    page.goto(address)
    page.locator(".dashboard-component-chart-holder").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('.loading')")
    yield seen
    page.remove_listener("response", seen.answered)
    page.remove_listener("requestfailed", seen.failed)


@pytest.fixture(scope="module")
def seen(shown: Shown, logged_in: Any) -> Seen:
    with dashboard_seen(logged_in, shown.site.address + shown.path) as seen:
        charts = logged_in.locator(".dashboard-component-chart-holder")
        seen.titles = [title.strip() for title in charts.locator(".header-title").all_inner_texts()]
        seen.errors = charts.locator("[role=alert]").count()
        logged_in.wait_for_timeout(2000)  # bars grow to their height
        picture = PROJECT_DIR / "target" / "bi" / "dashboard.png"
        logged_in.screenshot(path=picture, full_page=True)
    return seen


@pytest.fixture(scope="module")
def marts(shown: Shown) -> Iterator[psycopg.Connection[Any]]:
    """The marts, as Superset's own role reads them."""
    address = shown.marts.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def rows_of(chart: dict[str, Any]) -> str:
    """Give the SQL of a table that shows rows as they are."""
    order = ", ".join(" ".join(column) for column in chart["order"].items())
    return (
        f"select {', '.join(chart['columns'])} from {MARTS_SCHEMA}.{chart['dataset']} "
        f"where {chart['where']} order by {order} limit {ROWS}"
    )


def plain(value: object) -> object:
    """Give a value of the database as Superset writes it: moments in milliseconds."""
    if isinstance(value, datetime):
        return value.timestamp() * 1000
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC).timestamp() * 1000
    return pytest.approx(float(value)) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("title", specification()["charts"])
def test_a_chart_gets_what_sql_says(
    title: str, shown: Shown, seen: Seen, marts: psycopg.Connection[Any]
) -> None:
    names = {
        number: shown.site.ask("GET", f"chart/{number}")["result"]["slice_name"]
        for number in seen.answers
    }
    assert sorted(names.values()) == sorted(specification()["charts"])
    (number,) = [number for number, name in names.items() if name == title]
    (result,) = seen.answers[number]["result"]
    chart = specification()["charts"][title]
    expected = [
        [plain(value) for value in row]
        for row in marts.execute((COUNTED.get(title) or rows_of(chart)).encode())
    ]
    # Superset sorts the columns of bars by their names.
    columns = ["queued_day", *chart["bars"]] if "bars" in chart else result["colnames"]
    found = [[row[name] for name in columns] for row in result["data"]]
    if "groups" in chart:
        found.sort(key=lambda row: row[: len(chart["groups"])])
    assert expected
    assert found == expected


def test_deployments_stand_in_the_charts_by_day(seen: Seen) -> None:
    layers = [
        layer["records"]
        for answer in seen.answers.values()
        for layer in (answer["result"][0].get("annotation_data") or {}).values()
    ]
    assert len(layers) == 2
    for records in layers:
        assert "command_hash_fix" in {record["short_descr"] for record in records}


def test_days_that_are_chosen_are_those_of_every_chart_with_days(
    shown: Shown, seen: Seen, logged_in: Any, marts: psycopg.Connection[Any]
) -> None:
    """The link is what Superset writes into the address when somebody chooses a day."""
    day = "2025-12-10 : 2025-12-11"
    chosen = (
        f"(NATIVE_FILTER-days:(extraFormData:(time_range:'{day}'),"
        f"filterState:(value:'{day}'),id:NATIVE_FILTER-days,ownState:()))"
    )
    address = f"{shown.site.address}{shown.path}?native_filters={quote(chosen)}"
    with dashboard_seen(logged_in, address) as narrowed:
        pass
    picture = PROJECT_DIR / "target" / "bi" / "one_day.png"
    logged_in.screenshot(path=picture, full_page=True)
    runs = "select count(*) from marts.flotilla__runs where queued_day = date '2025-12-10'"
    expected = marts.execute(runs.encode()).fetchone()
    found = {
        shown.site.ask("GET", f"chart/{number}")["result"]["slice_name"]: answer["result"][0]
        for number, answer in narrowed.answers.items()
    }
    assert expected == (found["Runs"]["data"][0]["runs"],)
    bars = found["What stored hashes are (dashed = deployment)"]
    assert bars["rowcount"] == 1
    assert seen.errors == 0


def test_every_chart_is_drawn_and_none_fails(seen: Seen) -> None:
    assert sorted(seen.titles) == sorted(specification()["charts"])
    assert seen.errors == 0


def test_nothing_leaves_the_machine(seen: Seen, shown: Shown) -> None:
    own = urlsplit(shown.site.address).netloc
    assert seen.hosts - {""} == {own}
    # Superset's page asks a statistics host; the content policy refuses it.
    assert {failure for host, failure in seen.refused.items() if host != own} == {"csp"}


def test_columns_are_described_by_the_comments_of_the_database(
    shown: Shown, marts: psycopg.Connection[Any]
) -> None:
    comments = dict(
        marts.execute(
            "select attname, col_description(attrelid, attnum) from pg_attribute "
            "where attrelid = 'marts.failures__nodes'::regclass and attnum > 0"
        ).fetchall()
    )
    listed = shown.site.ask("GET", "dataset/?q=(page_size:100)")["result"]
    (number,) = [entry["id"] for entry in listed if entry["table_name"] == "failures__nodes"]
    columns = shown.site.ask("GET", f"dataset/{number}")["result"]["columns"]
    assert {column["column_name"]: column["description"] for column in columns} == comments
    assert all(comments.values())


def test_superset_reads_as_a_role_that_cannot_write(marts: psycopg.Connection[Any]) -> None:
    assert marts.execute("select current_user").fetchall() == [("headroom_bi",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        marts.execute("delete from marts.failures__nodes")


def test_a_server_that_the_environment_names_is_shown_as_it_is(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"PGHOST": shown.marts.host, "PGPORT": shown.marts.port, "PGUSER": shown.marts.username}
    for name, value in {**named, "HEADROOM_TARGET": "postgres"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PGDATABASE", str(shown.marts.database))
    with marts_of(tmp_path) as address:
        assert address == shown.marts
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("PGDATABASE", "postgres")
    with pytest.raises(WarehouseUnavailableError, match="no schema marts"), marts_of(tmp_path):
        pass
