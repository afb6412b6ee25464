"""The site of the documents: every page is there, every link leads to one, nothing is fetched."""

import posixpath
import re
from pathlib import Path

import pytest

from docs_site.__main__ import FETCHED, keep_offline, write_pages
from docs_site.lineage import draw
from docs_site.pages import LINK, site_places, with_links
from headroom.settings import PROJECT_DIR
from tests.support.lint_models import project_manifest


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, as Zensical reads them."""
    folder = tmp_path_factory.mktemp("site") / "pages"
    write_pages(folder, project_manifest().writable_manifest().to_dict(omit_none=False))
    return folder


def test_every_link_between_pages_leads_to_one(pages: Path) -> None:
    found = 0
    for place in site_places().values():
        for _, _, target, _ in LINK.findall((pages / place).read_text(encoding="utf-8")):
            if "://" not in target:
                found += 1
                folder = posixpath.dirname(place)
                assert (pages / posixpath.normpath(posixpath.join(folder, target))).exists(), target
    assert found > 100


def test_a_mart_shows_its_lineage_and_columns(pages: Path) -> None:
    page = (pages / "methods/flotilla__elevation_daily.md").read_text(encoding="utf-8")
    assert "| `elevated_run_count` | bigint |" in page
    assert '<a href="flotilla__runs.html">' in page
    assert "memory_and_the_fix_notebook" in page


def test_links_outside_the_documents_are_text() -> None:
    places = {"README.md": "index.md", "docs/methods/a.md": "methods/a.md"}
    text = "[a](docs/methods/a.md#part) [seed](seeds/x.csv) [web](https://example.org)"
    assert with_links(text, "README.md", places) == (
        "[a](methods/a.md#part) seed [web](https://example.org)"
    )
    assert with_links("[up](../../README.md)", "docs/methods/a.md", places) == "[up](../index.md)"
    assert with_links("![b](docs/pictures/b.svg)", "README.md", places) == "![b](pictures/b.svg)"


def test_names_are_escaped_and_long_ones_cut() -> None:
    picture = draw("m", ["<script>alert(1)</script>", "long_" * 20], [], {})
    assert "<script>" not in picture
    assert "…</text>" in picture
    assert "long_" * 20 in picture


def test_pages_fetch_nothing(tmp_path: Path) -> None:
    page = tmp_path / "methods" / "a.html"
    page.parent.mkdir()
    page.write_text(f'<script src="{FETCHED}"></script>', encoding="utf-8")
    keep_offline(tmp_path)
    assert page.read_text(encoding="utf-8") == '<script src="../scripts/iframe-worker.js"></script>'


def test_every_document_has_a_place() -> None:
    written = {
        path.relative_to(PROJECT_DIR).as_posix()
        for path in (PROJECT_DIR / "docs").rglob("*.md")
        if "blocks" not in path.parts
    }
    assert written <= set(site_places())
    assert len(set(site_places().values())) == len(site_places())
    assert not re.search(r"[A-Z]", "".join(site_places().values()))
