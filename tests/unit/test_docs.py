"""The documents agree with the code: what exists is described, and what is described exists."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
import typer
import yaml

from headroom import errors
from headroom.effects.asking import ANALYSES
from headroom.report import REPORTS
from headroom.report.page.catalog import every_analysis
from headroom.settings import PROJECT_DIR
from tests.support.generated_docs import commands
from tests.support.markdown import markdown_files, name_of
from tests.support.pictures import NOTEBOOKS, PICTURE, SHOWN, first_picture

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
METHODS = PROJECT_DIR / "docs" / "methods"
MARTS = sorted(
    path.stem
    for layer in ("facts", "marts")
    for path in (PROJECT_DIR / "models" / layer).rglob("*.sql")
    if "steps" not in path.parts
)
# Pages about how all marts work; every other page is a mart's.
GENERAL_PAGES = {"as_of", "attribution", "fingerprint", "gate", "null_hash", "runs_at_the_cap"}
PAGE_PARTS = ("**Question.**", "## Example", "## What to do", "## Limits")

MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\s*\(([^)]*)\)")
MATERIALIZATION = re.compile(r"{%-?\s*materialization\s+(\w+),\s*(\w+)\s*-?%}")
IMPLEMENTATION = re.compile(r"(default|duckdb|postgres)__")
REF = re.compile(r"\bref\(\s*'(\w+)'\s*\)")


def macros_of(folder: Path) -> dict[str, list[str]]:
    """Give the arguments of each macro of a folder; implementations for an adapter do not count."""
    found = {}
    for path in folder.glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        for name, arguments in MACRO.findall(text):
            if not IMPLEMENTATION.match(name):
                names = [part.split("=")[0].strip() for part in arguments.split(",")]
                found[name] = [argument for argument in names if argument]
        for parts in MATERIALIZATION.findall(text):
            found["_".join(("materialization", *parts))] = []
    return found


MACRO_FOLDERS = sorted(path for path in (PROJECT_DIR / "macros").iterdir() if path.is_dir())


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_has_a_page_and_a_row_in_the_readme(mart: str) -> None:
    page = (METHODS / f"{mart}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# `{mart}`\n")
    assert not [part for part in PAGE_PARTS if part not in page]
    assert f"](docs/methods/{mart}.md)" in README


def test_every_page_names_a_mart_that_exists() -> None:
    assert {path.stem for path in METHODS.glob("[a-z]*.md")} == {*MARTS, *GENERAL_PAGES}


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
    text += "{% materialization view, default %}1{% endmaterialization %}"
    (tmp_path / "shown.sql").write_text(text)
    assert macros_of(tmp_path) == {"shown": ["a", "b"], "materialization_view_default": []}


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=str)
def test_every_command_and_option_has_help(name: str, command: typer.core.TyperCommand) -> None:
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_every_exit_code_stands_in_the_readme() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.HeadroomError)
    ]
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.M)}
    # 0 is success, 130 an interrupt, 143 a termination.
    assert listed == {0, 130, 143, *(kind.exit_code for kind in kinds)}


@pytest.mark.parametrize("variable", ["HEADROOM_TARGET", "HEADROOM_DUCKDB_PATH", "PGSSLMODE"])
def test_variables_of_the_profile_stand_in_the_readme(variable: str) -> None:
    assert variable in README


def test_every_variable_the_code_reads_stands_in_the_readme() -> None:
    files = [*(PROJECT_DIR / "src").rglob("*.py"), PROJECT_DIR / "profiles" / "profiles.yml"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\b(?:HEADROOM_[A-Z_]+|PG[A-Z]{4,})\b", text))
    assert {variable for variable in read if f"`{variable}`" not in README} == set()


MACHINE = re.compile(
    rf"{re.escape(str(PROJECT_DIR))}\b|{re.escape(str(Path.home()))}/|/(?:home|Users|work)/\w"
)


@pytest.mark.parametrize(
    "path",
    [
        *markdown_files(),
        *sorted(path for path in (PROJECT_DIR / "deploy").iterdir() if path.is_file()),
    ],
    ids=name_of,
)
def test_no_document_names_a_path_of_a_machine(path: Path) -> None:
    assert MACHINE.findall(path.read_text(encoding="utf-8")) == []


def test_decisions_have_numbers_that_differ_and_the_three_parts() -> None:
    pages = sorted((PROJECT_DIR / "docs" / "decisions").glob("[0-9]*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages)
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
    analyses += filter(None, [REPORTS[name].subject])
    texts = [files[analysis].read_text(encoding="utf-8") for analysis in analyses]
    assert exposures()[f"{name}_report"] == models_read_by(texts)


def test_the_exposure_of_the_card_depends_on_what_its_analyses_read() -> None:
    files = {path.stem: path for path in (PROJECT_DIR / "analyses").rglob("*.sql")}
    texts = [files[analysis].read_text(encoding="utf-8") for analysis in ANALYSES]
    assert exposures()["effect_report"] == models_read_by(texts)


def test_the_exposure_of_the_page_depends_on_what_its_analyses_read() -> None:
    files = {path.stem: path for path in (PROJECT_DIR / "analyses").rglob("*.sql")}
    texts = [files[analysis].read_text(encoding="utf-8") for analysis in every_analysis()]
    assert exposures()["html_report"] == models_read_by(texts)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_exposure_of_a_notebook_depends_on_the_marts_it_names(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    named = {mart for mart in MARTS if re.search(rf"\b{mart}\b", text)}
    assert exposures()[f"{notebook.stem}_notebook"] == named


def test_readme_begins_with_the_first_picture_of_a_notebook() -> None:
    """If it fails: make pictures."""
    notebook = nbformat.read(SHOWN, as_version=4)
    assert PICTURE.read_text(encoding="utf-8") == first_picture(notebook)
    name = PICTURE.relative_to(PROJECT_DIR)
    assert re.match(rf"# Headroom\n\n!\[[^]]{{20,}}\]\({re.escape(str(name))}\)\n", README)


def test_the_walk_through_a_detector_names_files_that_exist() -> None:
    text = (PROJECT_DIR / "docs" / "add_a_detector.md").read_text(encoding="utf-8")
    paths = {path for path in re.findall(r"`([\w./-]+\.\w+)`", text) if "/" in path}
    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (PROJECT_DIR / path).exists()] == []
    steps = [int(step) for step in re.findall(r"^(\d+)\. \*\*", text, re.M)]
    assert steps == list(range(1, len(steps) + 1))
