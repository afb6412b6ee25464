"""Every Markdown page reads as its author meant it: tables, links, anchors, a way to reach it."""

from pathlib import Path

import pytest

from headroom.settings import PROJECT_DIR
from tests.support import generated_docs
from tests.support.markdown import dead_links, markdown_files, name_of, reached_from, uneven_rows

# dbt shows docs blocks beside columns; they are not pages.
PAGES = [path for path in markdown_files() if (PROJECT_DIR / "docs" / "blocks") not in path.parents]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_has_even_tables_and_live_links(path: Path) -> None:
    assert uneven_rows(path.read_text(encoding="utf-8")) == []
    assert dead_links(path) == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached = reached_from(PROJECT_DIR / "README.md")
    assert [name_of(path) for path in PAGES if path not in reached] == []


@pytest.mark.parametrize(
    ("path", "name"), generated_docs.PARTS, ids=lambda value: getattr(value, "stem", value)
)
def test_a_generated_part_is_what_the_code_says(path: Path, name: str) -> None:
    """If it fails: python -m tests.support.generated_docs."""
    text = path.read_text(encoding="utf-8")
    assert text == generated_docs.with_part(text, name, generated_docs.PARTS[path, name]())


def test_an_uneven_row_is_found() -> None:
    """GitHub drops the third cell of line 4 and shows line 5 half empty."""
    text = "| a | b |\n|---|---|\n| `x\\|y` | 2 |\n| 1 | 2 | 3 |\n| 1 |\n\n| not | a | table |\n"
    assert uneven_rows(text) == [4, 5]


def test_a_dead_link_and_a_lonely_page_are_found(tmp_path: Path) -> None:
    page, lonely = tmp_path / "page.md", tmp_path / "lonely.md"
    page.write_text(
        "# A `title`\n[a](page.md#a-title) [b](none.md) [c](#no-title) [d](https://x.y)\n"
        "`[code](no.md)`\n\n"
        "![picture](none.png) [folder](inner)\n"
    )
    (tmp_path / "inner").mkdir()
    inner = tmp_path / "inner" / "README.md"
    inner.write_text("[back](../page.md)\n")
    lonely.write_text("[page](page.md)\n")
    assert dead_links(page) == ["none.md", "#no-title", "none.png"]
    assert reached_from(page) == {page, inner}
