"""Every notebook of `analyses/` runs on both engines, writes nothing, and is committed as it runs
on the reference fleet.

Run as a module it executes the notebooks on the warehouse of the environment and saves them:
`.venv/bin/python -m tests.integration.test_notebooks`.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from headroom.settings import PROJECT_DIR, Settings
from tests.support.project import Project

NOTEBOOKS = sorted(
    path
    for path in (PROJECT_DIR / "analyses").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
IDS = [path.stem for path in NOTEBOOKS]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
MAX_BYTES = 1_500_000
SAVE_AGAIN = "run `.venv/bin/python -m tests.integration.test_notebooks` after `make demo`"


# What reports ask of the reference fleet alone: it is held against what was published.
PUBLISHED = "impact_slips"


def execute(path: Path) -> NotebookNode:
    """Run a notebook in its own folder; give it with its outputs and nothing about the machine."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=300, record_timing=False, resources=resources).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: NotebookNode) -> list[list[Any]]:
    """What each cell shows a reader, without the pictures: fonts differ between machines."""
    return [
        [
            output.get("text") or data.get("text/markdown") or data.get("text/html")
            for output in cell.outputs
            for data in [output.get("data", {})]
            if "image/svg+xml" not in data
        ]
        for cell in code_cells(notebook)
    ]


def contents(project: Project) -> Any:
    """What must not change: the bytes of the file, or each table's rows and latest writer."""
    if project.engine == "duckdb":
        folder = project.settings.duckdb_path.parent
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.glob(f"{project.settings.duckdb_path.name}*")
        }
    tables = project.query(
        "select table_schema, table_name from information_schema.tables "
        "where table_type = 'BASE TABLE' "
        "and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
    )
    return {
        (schema, table): project.query(
            f'select count(*), max(xmin::text::bigint) from "{schema}"."{table}"'
        )
        for schema, table in tables
    }


def run_cells(path: Path) -> None:
    """Run the cells in this process, but for what is about the reference fleet alone."""
    names: dict[str, Any] = {}
    with chdir(path.parent):
        for cell in code_cells(nbformat.read(path, as_version=4)):
            if PUBLISHED not in cell.source:
                exec(compile(cell.source, path.name, "exec"), names)  # noqa: S102


@contextmanager
def only_read(project: Project) -> Iterator[None]:
    """Work on a warehouse, and see that nothing is written into it."""
    before = contents(project)
    with project.in_environment():
        os.environ["IPYTHONDIR"] = str(project.settings.duckdb_path.parent)
        yield
    assert contents(project) == before


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


def test_a_write_is_noticed(project: Project) -> None:
    project.execute("create table noted as select 1 as amount")
    before = contents(project)
    assert contents(project) == before
    project.execute("update noted set amount = 2")
    assert contents(project) != before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_notebook_runs_and_writes_nothing(path: Path, reference: Project) -> None:
    with only_read(reference):
        fresh = execute(path)
    committed = nbformat.read(path, as_version=4)
    assert shown(fresh) == shown(committed), f"{path.name} is out of date: {SAVE_AGAIN}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_notebook_runs_on_postgres_too(path: Path, small_projects: dict[str, Project]) -> None:
    with only_read(small_projects["postgres"]):
        run_cells(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_committed_notebook_is_whole_and_names_no_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells)
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data"}, "an error, a warning or a print was saved"
    assert notebook.metadata == METADATA
    assert not any(cell.metadata for cell in notebook.cells)
    assert path.stat().st_size < MAX_BYTES
    text = path.read_text()
    assert f"{PROJECT_DIR}/" not in text
    assert not re.search(r"(?<![\w.])/(home|Users|root|tmp|work|var|usr|opt)/", text)


def main() -> None:
    """Execute every notebook on the warehouse that the environment names, and save it."""
    for path in NOTEBOOKS:
        print(f"{path.relative_to(PROJECT_DIR)} on {Settings.from_environment().target}")
        nbformat.write(execute(path), path)


if __name__ == "__main__":
    main()
