"""The documents agree with the code: what exists is described, and what is described exists."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from headroom import errors
from headroom.cli import app
from headroom.report import REPORTS
from headroom.settings import PROJECT_DIR

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
METHODS = PROJECT_DIR / "docs" / "methods"
MARTS = sorted(path.stem for path in (PROJECT_DIR / "models" / "marts").rglob("*.sql"))
# Pages about how all marts work; every other page is a mart's.
GENERAL_PAGES = {"as_of", "attribution", "fingerprint", "gate", "null_hash", "runs_at_the_cap"}
PAGE_PARTS = ("**Question.**", "## Example", "## What to do", "## Limits")

MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(([^)]*)\)")
IMPLEMENTATION = re.compile(r"(default|duckdb|postgres)__")
REF = re.compile(r"\bref\(\s*'(\w+)'\s*\)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def markdown_files() -> list[Path]:
    roots = [PROJECT_DIR, PROJECT_DIR / "deploy", PROJECT_DIR / "docs"]
    found = [*roots[0].glob("*.md"), *(path for root in roots[1:] for path in root.rglob("*.md"))]
    return sorted(found)


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT_DIR))


MARKDOWN = markdown_files()


def macros_of(folder: Path) -> dict[str, list[str]]:
    """Give the arguments of each macro of a folder; an adapter's own implementation is none."""
    found = {}
    for path in folder.glob("*.sql"):
        for name, arguments in MACRO.findall(path.read_text(encoding="utf-8")):
            if not IMPLEMENTATION.match(name):
                names = [part.split("=")[0].strip() for part in arguments.split(",")]
                found[name] = [argument for argument in names if argument]
    return found


MACRO_FOLDERS = sorted(path for path in (PROJECT_DIR / "macros").iterdir() if path.is_dir())


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_has_a_page_and_a_row_in_the_readme(mart: str) -> None:
    page = (METHODS / f"{mart}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {mart}\n")
    assert not [part for part in PAGE_PARTS if part not in page]
    assert f"](docs/methods/{mart}.md)" in README


def test_every_page_names_a_mart_that_exists() -> None:
    assert {path.stem for path in METHODS.glob("*.md")} == {*MARTS, *GENERAL_PAGES}


@pytest.mark.parametrize("folder", MACRO_FOLDERS, ids=lambda folder: folder.name)
def test_every_macro_is_described_with_its_arguments(folder: Path) -> None:
    text = (folder / f"_{folder.name}__macros.yml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = yaml.safe_load(text)["macros"]
    described = {
        entry["name"]: [argument["name"] for argument in entry["arguments"]] for entry in entries
    }
    assert described == macros_of(folder)
    for entry in entries:
        assert entry["description"].strip(), entry["name"]
        assert all(argument["description"].strip() for argument in entry["arguments"])


def test_a_macro_that_is_not_described_is_found(tmp_path: Path) -> None:
    text = "{% macro shown(a, b='x') -%}1{%- endmacro %}{%- macro duckdb__shown(a) %}{% endmacro %}"
    (tmp_path / "shown.sql").write_text(text)
    assert macros_of(tmp_path) == {"shown": ["a", "b"]}


def commands() -> dict[str, Any]:
    """Give every command by its words; a group stands for those below it."""
    group: Any = typer.main.get_command(app)
    found = {}
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        if below is None:
            found[name] = command
        else:
            found |= {f"{name} {word}": inner for word, inner in below.items()}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_and_stands_in_the_readme(name: str) -> None:
    command = commands()[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"
        option = next((text for text in parameter.opts if text.startswith("--")), "")
        assert option in README, f"{name} {option}"
    assert f"`headroom {name}" in README


def test_every_exit_code_stands_in_the_readme() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.HeadroomError)
    ]
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.M)}
    # 0 is success, 130 an interrupt.
    assert listed == {0, 130, *(kind.exit_code for kind in kinds)}


@pytest.mark.parametrize("variable", ["HEADROOM_TARGET", "HEADROOM_DUCKDB_PATH", "PGSSLMODE"])
def test_variables_of_the_profile_stand_in_the_readme(variable: str) -> None:
    assert variable in README


def test_every_variable_the_code_reads_stands_in_the_readme() -> None:
    files = [*(PROJECT_DIR / "src").rglob("*.py"), PROJECT_DIR / "profiles" / "profiles.yml"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\b(?:HEADROOM_[A-Z_]+|PG[A-Z]{4,})\b", text))
    assert {variable for variable in read if f"`{variable}`" not in README} == set()


def heading_anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(path: Path) -> list[str]:
    broken = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place) if place else path
        if not target.exists() or (
            anchor and anchor not in heading_anchors(target.read_text(encoding="utf-8"))
        ):
            broken.append(link)
    return broken


@pytest.mark.parametrize("path", MARKDOWN, ids=name_of)
def test_relative_links_resolve(path: Path) -> None:
    assert broken_links(path) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](page.md#a-title) [b](none.md) [c](#no-title) [d](https://x.y)")
    assert broken_links(page) == ["none.md", "#no-title"]


MACHINE = re.compile(
    rf"{re.escape(str(PROJECT_DIR))}\b|{re.escape(str(Path.home()))}/|/(?:home|Users|work)/\w"
)


@pytest.mark.parametrize(
    "path",
    [*MARKDOWN, *sorted(path for path in (PROJECT_DIR / "deploy").iterdir() if path.is_file())],
    ids=name_of,
)
def test_no_document_names_a_path_of_a_machine(path: Path) -> None:
    assert MACHINE.findall(path.read_text(encoding="utf-8")) == []


def test_decisions_are_numbered_without_gaps_and_have_the_three_parts() -> None:
    pages = sorted((PROJECT_DIR / "docs" / "decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.M)
        assert headings == ["Context", "Decision", "Consequences"], page.name


def exposures() -> dict[str, set[str]]:
    text = (PROJECT_DIR / "models" / "exposures.yml").read_text(encoding="utf-8")
    return {
        entry["name"]: {REF.findall(reference)[0] for reference in entry["depends_on"]}
        for entry in yaml.safe_load(text)["exposures"]
    }


def models_read_by(texts: list[str]) -> set[str]:
    """Give the models that SQL refers to, itself or through the project's macros."""
    bodies = {
        path.stem: path.read_text(encoding="utf-8")
        for path in (PROJECT_DIR / "macros").rglob("*.sql")
    }
    waiting, seen, found = list(texts), set[str](), set[str]()
    while waiting:
        text = waiting.pop()
        found |= set(REF.findall(text))
        called = {name for name in bodies if re.search(rf"\b{name}\(", text)} - seen
        seen |= called
        waiting += [bodies[name] for name in called]
    models = {path.stem for path in (PROJECT_DIR / "models").rglob("*.sql")}
    return found & models


@pytest.mark.parametrize("name", REPORTS)
def test_the_exposure_of_a_report_depends_on_what_its_analyses_read(name: str) -> None:
    files = {path.stem: path for path in (PROJECT_DIR / "analyses").rglob("*.sql")}
    analyses = [question.analysis for question in REPORTS[name].questions]
    texts = [files[analysis].read_text(encoding="utf-8") for analysis in analyses]
    assert exposures()[f"{name}_report"] == models_read_by(texts)


def test_the_exposure_of_the_notebook_depends_on_the_marts_it_names() -> None:
    notebook = PROJECT_DIR / "analyses" / "flotilla" / "impact_report.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    named = {mart for mart in MARTS if re.search(rf"\b{mart}\b", text)}
    depends_on = exposures()["impact_report_notebook"]
    assert named <= depends_on
    # It shows answers of the report as well, and what those read.
    assert depends_on <= named | exposures()["impact_report"]
