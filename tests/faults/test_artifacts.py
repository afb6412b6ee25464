"""Folders of dbt that hold nothing, something old or something broken, and a read-only checkout."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.faults import finish, read_only, start, write
from tests.support.project import Project

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("faults")]
PARTS = """
    select count(*) from headroom_operations.node_runs
    where build_id = (select max(build_id) from headroom_operations.builds) and parts_made > 0
"""


@pytest.fixture(scope="module")
def project(make_project: MakeProject) -> Iterator[Project]:
    with make_project("duckdb", "module") as project:
        write(project, 8)
        code, said = finish(start(project, "run"))
        assert code == 0, said
        yield project


def target(project: Project) -> Path:
    return Path(project.environment()["DBT_TARGET_PATH"])


def test_no_artifacts(project: Project) -> None:
    shutil.rmtree(target(project))
    write(project, 9)
    code, said = finish(start(project, "run"))
    assert code == 0, said
    assert project.query(PARTS)[0][0] > 10


def test_artifacts_of_another_run_that_are_broken(project: Project) -> None:
    for path in target(project).glob("*.*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    write(project, 10)
    code, said = finish(start(project, "run"))
    assert code == 0, said
    assert project.query(PARTS)[0][0] > 10


@pytest.mark.parametrize(("name", "days"), [("manifest.json", 11), ("run_results.json", 12)])
def test_artifacts_that_cannot_be_written(project: Project, name: str, days: int) -> None:
    """As if the file were another user's: a folder has its name."""
    path = target(project) / name
    path.unlink()
    path.mkdir()
    write(project, days)
    code, said = finish(start(project, "run"))
    assert code == 2, said
    assert f"dbt cannot use its file {path}" in said.replace("\n", "")
    path.rmdir()
    code, said = finish(start(project, "run"))
    assert code == 0, said
    assert project.query("select count(*) from marts.flotilla__runs") == [(4 * days,)]


def test_a_checkout_that_is_read_only(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout / "src"),
        "HEADROOM_DUCKDB_PATH": str(tmp_path / "headroom.duckdb"),
    }
    folders = {"DBT_TARGET_PATH": str(tmp_path), "DBT_LOG_PATH": str(tmp_path)}
    with read_only(PROJECT_DIR, checkout):
        for words in (["load", "build-stats", f"{PROJECT_DIR}/samples/builds"], ["run"]):
            code, said = headroom(words, environment | folders)
            assert code == 0, said
        code, said = headroom(["run", "--full-refresh"], environment)
    assert code == 2, said
    assert re.search("set DBT_(TARGET|LOG)_PATH to a folder that can be written", said)


def headroom(words: list[str], environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "headroom.cli", *words],
        cwd=PROJECT_DIR.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, " ".join(done.stdout.split())
