"""The HTML page in Chromium: it asks for nothing, sorts, filters, fits a phone, is accessible."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headroom.report.page.catalog import SECTIONS
from headroom.report.page.writing import render
from tests.support.chromium import needs_chromium, started_chromium
from tests.support.page_answers import answers_of, rows_of_all

pytestmark = needs_chromium
SECTION_NAMES = ["today", *(section.name for section in SECTIONS)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(answers_of(rows_of_all())), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started_chromium() as started:
        yield started


class Seen:
    """A page that is open, with every request and every message that it made."""

    def __init__(self, browser: Any, file: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(5000)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(file.as_uri())


@pytest.fixture(scope="module")
def seen(browser: Any, file: Path) -> Iterator[Seen]:
    opened = Seen(browser, file, viewport={"width": 1300, "height": 900})
    yield opened
    opened.context.close()


def colours(seen: Seen) -> tuple[str, str, str]:
    """Give the colours of the paper, of the letters, and of the first bar of a chart."""
    return tuple(  # type: ignore[return-value]
        seen.page.evaluate(
            """() => [
                getComputedStyle(document.body).backgroundColor,
                getComputedStyle(document.body).color,
                getComputedStyle(document.querySelector('[fill="var(--accent)"]')).fill,
            ]"""
        )
    )


def test_each_section_is_seen_and_nothing_is_asked_for(seen: Seen, file: Path) -> None:
    for name in SECTION_NAMES:
        assert seen.page.locator(f"#{name}").is_visible()
    assert seen.requests == [file.as_uri()]
    assert seen.problems == []


def test_every_chart_has_marks_within_its_frame(seen: Seen) -> None:
    marks = seen.page.evaluate(
        """() => [...document.querySelectorAll('figure svg')].map(svg => {
            const frame = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim());
            const cut = texts.filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
            });
            return [svg.querySelectorAll('path, circle, line').length, texts.length,
                frame.width, cut.map(text => text.textContent)];
        })"""
    )
    assert len(marks) > 8
    for mark_count, text_count, width, cut in marks:
        assert mark_count > 3
        assert text_count > 1
        assert width > 300
        assert cut == []


def test_a_deployment_stands_between_two_bars(seen: Seen) -> None:
    inside = seen.page.evaluate(
        """() => {
            const svg = document.querySelector('#overview_elevation_daily svg');
            const bars = [...svg.querySelectorAll('path')].filter(path =>
                ['accent', 'second', 'third'].some(
                    name => path.getAttribute('fill') === `var(--${name})`));
            const [line] = svg.querySelectorAll('line[stroke-dasharray]');
            const at = line.getBoundingClientRect().left;
            return bars.map(bar => bar.getBoundingClientRect())
                .filter(box => box.height > 20 && box.left < at && at < box.right).length;
        }"""
    )
    assert inside == 0


def test_a_table_sorts_by_number_and_back(seen: Seen) -> None:
    table = seen.page.locator("#overview_definitions table")
    button = table.get_by_role("button", name="runs", exact=True)
    for direction, first in (("descending", "100"), ("ascending", "89")):
        button.click()
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == direction
        assert table.locator("tbody tr").first.locator("td").nth(1).inner_text() == first


def test_a_table_is_filtered(seen: Seen) -> None:
    figure = seen.page.locator("#overview_definitions")
    figure.get_by_role("searchbox").fill("NAME011")
    shown = figure.locator("tbody tr:visible")
    assert shown.count() == 0
    figure.get_by_role("searchbox").fill("name211")
    assert shown.count() == 1
    figure.get_by_role("searchbox").fill("")


def test_the_sql_of_a_figure_can_be_copied(seen: Seen) -> None:
    seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    figure = seen.page.locator("#overview_definitions")
    figure.get_by_text("SQL", exact=True).click()
    figure.get_by_role("button", name="Copy").click()
    figure.get_by_role("button", name="Copied").wait_for(timeout=3000)


def test_it_is_light_or_dark_as_the_reader_wants(browser: Any, file: Path) -> None:
    found = []
    for scheme in ("light", "dark"):
        opened = Seen(browser, file, color_scheme=scheme)
        found.append(colours(opened))
        opened.context.close()
    light, dark = found
    assert light[0] == "rgb(255, 255, 255)"
    assert all(one != other for one, other in zip(light, dark, strict=True))


def test_it_fits_a_phone(browser: Any, file: Path) -> None:
    opened = Seen(browser, file, viewport={"width": 360, "height": 740})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.context.close()


def test_a_keyboard_reaches_everything_in_the_order_of_the_page(browser: Any, file: Path) -> None:
    opened = Seen(browser, file, viewport={"width": 1300, "height": 900})
    places = []
    for _ in range(60):
        opened.page.keyboard.press("Tab")
        places.append(
            opened.page.evaluate(
                """() => {
                    const one = document.activeElement;
                    const all = [...document.querySelectorAll('*')];
                    return [all.indexOf(one), one.tagName, getComputedStyle(one).outlineStyle];
                }"""
            )
        )
    opened.context.close()
    order = [place for place, _, _ in places]
    assert order == sorted(set(order))
    assert places[0][1] == "A"
    assert {"A", "SUMMARY", "BUTTON", "DIV", "INPUT"} <= {tag for _, tag, _ in places}
    assert all(outline != "none" for _, _, outline in places)


def test_it_can_be_read_without_a_script(browser: Any, file: Path) -> None:
    opened = Seen(browser, file, java_script_enabled=False)
    text = opened.page.locator("body").inner_text()
    opened.context.close()
    for section in SECTIONS:
        assert section.question in text
    assert "Copy" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, file: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    # Axe is a script, and the page forbids every script but its own.
    opened = Seen(browser, file, color_scheme=scheme, bypass_csp=True)
    results = axe.Axe().run(opened.page)
    opened.context.close()
    serious = [
        (found["id"], [node["html"][:120] for node in found["nodes"][:2]])
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []
