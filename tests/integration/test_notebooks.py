"""Every notebook of `analyses/` runs on both engines, writes nothing, and is committed as it runs
on the reference fleet and the sample logs.

`make pictures` executes and saves them.
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
from nbformat import NotebookNode

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.demo import loads
from tests.support.pictures import METADATA, NOTEBOOKS, execute
from tests.support.project import Project

IDS = [path.stem for path in NOTEBOOKS]
FLEET = [path for path in NOTEBOOKS if path.parent.name in ("flotilla", "waste")]
LOGS = [path for path in NOTEBOOKS if path not in FLEET]
MAX_BYTES = 300_000


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
    names: dict[str, Any] = {}
    with chdir(path.parent):
        for cell in code_cells(nbformat.read(path, as_version=4)):
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
    assert shown(fresh) == shown(committed), f"{path.name} is out of date: run `make pictures`"


@pytest.mark.long
def test_notebooks_on_the_fleet_run_on_postgres_too(small_projects: dict[str, Project]) -> None:
    with only_read(small_projects["postgres"]):
        for path in FLEET:
            run_cells(path)


@pytest.mark.long
def test_notebooks_on_logs_run_on_postgres_too(make_project: MakeProject) -> None:
    with make_project("postgres", "logs") as project:
        for words in (*loads(), ["build"]):
            outcome = project.headroom(*words)
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        with only_read(project):
            for path in LOGS:
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
    assert any("image/svg+xml" in output.data for cell in cells for output in cell.outputs)
    text = path.read_text()
    assert f"{PROJECT_DIR}/" not in text
    assert not re.search(r"(?<![\w.])/(home|Users|root|tmp|work|var|usr|opt)/", text)
