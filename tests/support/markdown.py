"""What GitHub makes of a Markdown page: cells of tables, links, anchors, pages within reach."""

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from headroom.settings import PROJECT_DIR

PARSER = MarkdownIt("commonmark").enable("table")
PIPE = re.compile(r"(?<!\\)\|")


def markdown_files() -> list[Path]:
    folders = [PROJECT_DIR / name for name in ("deploy", "docs", "samples", "analyses", "bench")]
    found = [
        *PROJECT_DIR.glob("*.md"),
        *(path for folder in folders for path in folder.rglob("*.md")),
    ]
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT_DIR))


def cells(line: str) -> int:
    """Count the cells of a row as GitHub does: a pipe in code divides too, unless escaped."""
    return len(PIPE.split(line.strip().removeprefix("|").removesuffix("|")))


def uneven_rows(text: str) -> list[int]:
    """Give the lines of table rows with another number of cells than their header."""
    lines = text.splitlines()
    uneven: list[int] = []
    for token in PARSER.parse(text):
        if token.type == "table_open" and token.map:
            first, last = token.map
            uneven += [
                number + 1
                for number in range(first, last)
                if cells(lines[number]) != cells(lines[first])
            ]
    return uneven


def inline(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield from token.children or ()


def links(text: str) -> list[str]:
    found = [token.attrGet("href") or token.attrGet("src") for token in inline(text)]
    return [str(link) for link in found if link is not None]


def anchors(text: str) -> set[str]:
    """Give the anchors that GitHub makes of headings."""
    tokens = PARSER.parse(text)
    titles = [
        "".join(child.content for child in tokens[place + 1].children or ())
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def is_local(link: str) -> bool:
    return not re.match(r"[a-z]+:", link)


def dead_links(path: Path) -> list[str]:
    dead = []
    for link in filter(is_local, links(path.read_text(encoding="utf-8"))):
        place, _, anchor = link.partition("#")
        target = (path.parent / place) if place else path
        if not target.exists() or (
            anchor and anchor not in anchors(target.read_text(encoding="utf-8"))
        ):
            dead.append(link)
    return dead


def reached_from(start: Path) -> set[Path]:
    """Give the pages that a reader can reach by following links."""
    waiting, reached = [start], {start}
    while waiting:
        page = waiting.pop()
        for link in filter(is_local, links(page.read_text(encoding="utf-8"))):
            target = (page.parent / link.partition("#")[0]).resolve()
            # A folder shows its README.
            target = target / "README.md" if target.is_dir() else target
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached
