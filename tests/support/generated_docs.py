"""Parts of the documents that come from the code: between two markers, never typed by hand.

    python -m tests.support.generated_docs

writes them: the table of commands in README, docs/commands.md (Typer's own reference), and the
index of docs/decisions. A test fails when a part differs from what this module makes.
"""

import re
import tomllib
from collections.abc import Iterator

import mdformat
import typer
from typer.cli import get_docs_for_click

from headroom.cli import app
from headroom.settings import PROJECT_DIR

GROUP = typer.main.get_command(app)
STYLE = tomllib.loads((PROJECT_DIR / ".mdformat.toml").read_text(encoding="utf-8"))
DECISIONS = PROJECT_DIR / "docs" / "decisions"


def commands(
    group: object = GROUP, words: str = ""
) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Give every command with its words, in the order of `headroom --help`."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}", command


def first_paragraph(command: typer.core.TyperCommand) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


def command_table() -> str:
    rows = [f"| `headroom {name}` | {first_paragraph(command)} |" for name, command in commands()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def command_reference() -> str:
    context = typer.Context(GROUP, info_name="headroom")
    text = get_docs_for_click(obj=GROUP, ctx=context, name="headroom")
    # The page has a title already: each heading goes one level down.
    return re.sub(r"^(#+ )", r"#\1", text, flags=re.M).strip()


def decision_index() -> str:
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0] for page in pages]
    return "\n".join(
        f"- [{title.removeprefix('# ')}]({page.name})"
        for page, title in zip(pages, titles, strict=True)
    )


PARTS = {
    (PROJECT_DIR / "README.md", "commands"): command_table,
    (PROJECT_DIR / "docs" / "commands.md", "reference"): command_reference,
    (DECISIONS / "README.md", "decisions"): decision_index,
}


def with_part(text: str, name: str, part: str) -> str:
    """Put a part between its markers, wrapped as `make format` wraps; the rest stays."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    wrapped = mdformat.text(part, options=STYLE, extensions={"gfm", "tables"}).strip()
    return f"{before}{begin}\n\n{wrapped}\n\n{end}{after}"


def write() -> None:
    for (path, name), part in PARTS.items():
        path.write_text(with_part(path.read_text(encoding="utf-8"), name, part()), encoding="utf-8")


if __name__ == "__main__":
    write()
