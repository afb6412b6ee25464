"""The HTML page of answers made by hand: what it says, and that no name and no gap breaks it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from headroom.charts import theme
from headroom.charts.memory import elevated_daily
from headroom.charts.theme import LIGHT, VARIABLES, picture
from headroom.domains import Lack
from headroom.errors import UsageError
from headroom.report.page import writing
from headroom.report.page.asking import Answers, _rows
from headroom.report.page.catalog import SECTIONS, every_analysis
from headroom.report.page.first_screen import tasks, tiles, verdict
from headroom.report.page.writing import render, write_page
from headroom.settings import PROJECT_DIR, Settings
from headroom.warehouse import Result
from tests.support.page_answers import answers_of, rows_of_all, with_nulls

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=a()>{{7*7}}'\"&\x1b[31m\u202e"
FIGURES = [figure for section in SECTIONS for figure in section.figures]
KEYS = {"period", "queued_day", "kind", "trouble_kind", "severity", "opened_at", "sampled_at"}
KEYS |= {
    "contaminated_gb_hours",
    "outcome",
    "before_low",
    "before_high",
    "after_low",
    "after_high",
    "used_gb_hours",
    "over_allocated_gb_hours",
    "lost_to_oom_gb_hours",
    "lost_to_failure_gb_hours",
    "unmeasured_gb_hours",
    "submitted_day",
    "deployed_at",
    "started_at",
    "build_id",
    "subject",
    "evidence",
    "remedy",
    "suggested_action",
}
COUNTS = re.compile(r"_count$|_rank$|^has_|^hour|^links|_id$|^donor|^recipient|_user$|^key_cand")


VOID = {"meta", "link", "br", "img", "input"}


class Page(HTMLParser):
    """The elements of a page, and the ones that are not closed as they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def count(self, wanted: str) -> int:
        return sum(tag == wanted for tag, _ in self.elements)


def read(text: str) -> Page:
    page = Page(text)
    assert not page.crossed
    assert not page.open
    return page


@pytest.fixture(scope="module")
def whole() -> str:
    return render(answers_of(rows_of_all()))


def test_every_analysis_of_the_page_is_there_and_has_rows_here() -> None:
    files = {path.stem for path in (PROJECT_DIR / "analyses").rglob("*.sql")}
    assert set(every_analysis()) <= files
    assert set(every_analysis()) == set(rows_of_all())
    assert {stem for stem in files if stem.startswith("overview_")} <= set(every_analysis())


def test_each_figure_has_its_definition_its_moment_and_its_sql(whole: str) -> None:
    page = read(whole)
    for figure in FIGURES:
        (element,) = re.findall(rf'<figure[^>]* id="{figure.analysis}">(.*?)</figure>', whole, re.S)
        assert "As of 2025-12-17, end of day UTC." in element
        assert "<summary>SQL</summary>" in element
        assert figure.definition.endswith(".")
    assert page.count("figure") == len(FIGURES)
    assert page.count("svg") == sum(figure.draw is not None for figure in FIGURES) - 1  # a matrix
    assert page.count("caption") == page.count("table")


def test_a_chart_has_marks_and_follows_the_colours_of_the_page(whole: str) -> None:
    used = set(re.findall(r'(?:fill|stroke)="var\(--([a-z]+)\)"', whole))
    assert {"accent", "second", "third", "ink", "grid"} <= used <= set(VARIABLES.values())
    assert not re.search("#fe00", whole)
    style = (Path(writing.FOLDER) / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.S)[:2]
    for name in VARIABLES.values():
        assert f"--{name}:" in light
        assert f"--{name}:" in dark


def test_a_picture_has_the_light_palette() -> None:
    drawn = picture(elevated_daily(rows_of_all()["overview_elevation_daily"]))
    assert LIGHT[next(iter(LIGHT))] in drawn
    assert "#fe00" not in drawn
    assert "var(--" not in drawn


def test_the_page_asks_for_nothing(whole: str) -> None:
    for tag, attributes in read(whole).elements:
        assert tag not in ("iframe", "object", "embed", "base", "form")
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), attributes
    assert "url(" not in whole
    assert "@import" not in whole


def test_no_name_becomes_markup_script_or_control() -> None:
    rows = {
        name: _rows(Result(list(found[0]), [tuple(row.values()) for row in found]))
        for name, found in rows_of_all(HOSTILE).items()
    }
    text = render(answers_of(rows, sql="select '</code><script>'"))  # type: ignore[arg-type]
    page = read(text)
    assert page.count("script") == 1
    assert page.count("img") == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    assert "{{7*7}}" in text
    assert "\\x1b[31m" in text
    assert "onerror" in text
    assert not [attributes for _, attributes in page.elements if "onerror" in attributes]


def test_no_rows_at_all_are_said_in_words() -> None:
    text = render(answers_of({}))
    read(text)
    assert "No run is known" in text
    assert "No alert is open." in text
    assert text.count('class="lack"') > len(FIGURES)


def test_one_day_is_drawn() -> None:
    text = render(answers_of(rows_of_all(days=1, places=1)))
    assert "command_hash_fix" in text
    read(text)


def test_values_that_may_be_missing_are_shown_as_missing() -> None:
    rows = with_nulls(rows_of_all(), lambda name: name not in KEYS and not COUNTS.search(name))
    text = render(answers_of(rows))
    read(text)
    assert "None" not in re.sub("(?s)<svg.*?</svg>", "", text)
    assert ">–</td>" in text


def test_a_very_long_name_and_many_rows_stay_within_the_page() -> None:
    rows = rows_of_all("x" * 5000)
    rows["overview_nodes"] = rows_of_all(places=100)["overview_nodes"]
    assert len(render(answers_of(rows))) < 1_500_000


def test_a_domain_without_data_says_what_to_load() -> None:
    lack = Lack("no logs of builds were loaded", "`headroom load build-stats PATH...` loads them")
    text = render(Answers(None, {}, {section.name: lack for section in SECTIONS}))
    remedy = "<code>headroom load build-stats PATH...</code> loads them"
    assert f"no logs of builds were loaded; {remedy}" in text
    # Nothing is said to be well where nothing is known.
    assert "Alerts are not known: no logs" in text
    assert "Recommendations are not known: no logs" in text
    assert "No alert is open" not in text


def test_tiles_say_how_a_figure_moved() -> None:
    runs, elevated, *_ = tiles(answers_of(rows_of_all()).answers)
    assert (runs.value, runs.change, runs.tone) == ("1,000", "as in the 7 days before", "even")
    assert (elevated.value, elevated.tone) == ("9.1%", "bad")
    assert elevated.change == "▲ up from 8.1%"


def test_what_an_alert_says_is_not_recommended_again() -> None:
    rows = rows_of_all()
    assert [task.action for task in tasks(answers_of(rows).answers)] == [
        "name: look at name",
        "Cordon name",
    ]
    rows["overview_alerts"][0]["trouble_kind"] = "hot_node"
    assert [task.action for task in tasks(answers_of(rows).answers)] == ["name: look at name"]


@pytest.mark.parametrize(
    ("column", "count", "word"),
    [
        ("null_hash_run_count", 0, "holding"),
        ("null_hash_run_count", 1, "not holding"),
        ("contaminated_run_count", 1, "not holding"),
    ],
)
def test_the_fix_is_judged_by_what_it_promised(column: str, count: int, word: str) -> None:
    rows = rows_of_all()
    rows["overview_fix"][1][column] = count
    judged = verdict(answers_of(rows).answers)
    assert judged is not None
    assert judged.word == word


def test_a_fix_without_runs_after_it_is_not_judged() -> None:
    rows = rows_of_all()
    rows["overview_fix"] = rows["overview_fix"][:1]
    judged = verdict(answers_of(rows).answers)
    assert judged is not None
    assert judged.word == "not yet known"


@pytest.mark.parametrize("place", ["", "missing/report.html"])
def test_a_place_that_cannot_be_written_is_a_sentence(place: str, tmp_path: Path) -> None:
    settings = Settings("duckdb", tmp_path / "x.duckdb", "flotilla")
    with pytest.raises(UsageError, match="--output"):
        write_page(settings, tmp_path / place)
    assert list(tmp_path.iterdir()) == []


def test_every_chart_is_what_the_schema_of_vega_lite_allows(monkeypatch: Any) -> None:
    drawn = []
    monkeypatch.setattr(theme, "_drawn", lambda chart: drawn.append(chart.to_dict()) or "<svg/>")
    render(answers_of(rows_of_all()))
    assert len(drawn) > 8
    assert all(specification["$schema"] for specification in drawn)
