"""A disk that is full while marts are written, while queries spill, and while logs are landed."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from headroom.memory import LEAST, UNITS, spill_folder
from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.faults.conftest import Pair, Server
from tests.support.faults import (
    filled,
    finish,
    small_disk,
    start,
    write,
)
from tests.support.project import Project

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("faults")]
LOAD = ("load", "failures", str(PROJECT_DIR / "samples" / "failures"))
MEGABYTE = 1024 * 1024
# Days of the history, and runs that come to it.
GROWN = (10, 2000)


@pytest.fixture
def files(make_project: MakeProject) -> Iterator[Pair]:
    """Two DuckDB files, the first on a small disk."""
    with (
        make_project("duckdb", "disturbed") as disturbed,
        make_project("duckdb", "undisturbed") as undisturbed,
    ):
        path = disturbed.settings.duckdb_path
        with small_disk(path.parent / "disk", 300):
            settings = replace(disturbed.settings, duckdb_path=path.parent / "disk" / path.name)
            yield Pair(Project(settings, disturbed.variables), undisturbed)


def require_told_and_made_up_for(both: Pair, disk: Path) -> None:
    """Fill the disk while marts are written, then while logs are landed; then give it room."""
    write(both.disturbed, *GROWN)
    for free, words in ((MEGABYTE, ["run"]), (0, LOAD)):
        with filled(disk, free):
            code, said = finish(start(both.disturbed, *words))
        assert code == 5, said
        assert "No space left" in " ".join(said.split())
    for project in (both.disturbed, both.undisturbed):
        code, said = finish(start(project, *LOAD))
        assert code == 0, said
    both.require_equal(*GROWN)


def test_a_disk_that_is_full_below_a_file(files: Pair) -> None:
    require_told_and_made_up_for(files, files.disturbed.settings.duckdb_path.parent)


def test_a_disk_that_is_full_where_queries_spill(make_project: MakeProject) -> None:
    """With the least memory, and a fleet that does not fit into it."""
    little = {"HEADROOM_MEMORY_LIMIT": f"{LEAST // UNITS['MB']}MB"}
    with make_project("duckdb", "test") as project:
        code, said = finish(start(project, "fleet", "--days", "8"))
        assert code == 0, said
        with small_disk(spill_folder(project.settings.duckdb_path), 1):
            code, said = finish(start(project, "run", **little))
        assert code == 5, said
        assert "where DuckDB puts what does not fit into memory" in " ".join(said.split())
        code, said = finish(start(project, "run"))
        assert code == 0, said


@pytest.fixture
def pair_on_disk(server: Server, pair: Pair, tmp_path: Path) -> Iterator[tuple[Pair, Path]]:
    """A database in a tablespace on a small disk, beside one that has room."""
    # The server's user comes into its own folder.
    disk = server.data.parent / "disk"
    with small_disk(disk, 400):
        place = disk / "tablespace"
        place.mkdir(mode=0o700)
        os.chown(place, server.data.stat().st_uid, server.data.stat().st_gid)
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute(f"create tablespace small location '{place}'".encode())
            connection.execute("create database on_small tablespace small")
        variables = {**pair.disturbed.variables, "PGDATABASE": "on_small"}
        variables["DBT_TARGET_PATH"] = str(tmp_path / "target")
        disturbed = Project(pair.disturbed.settings, variables)
        yield Pair(disturbed, pair.undisturbed), disk
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("drop database on_small with (force)")
            connection.execute("drop tablespace small")


def test_a_server_whose_disk_is_full(pair_on_disk: tuple[Pair, Path]) -> None:
    require_told_and_made_up_for(*pair_on_disk)
