"""What tests of faults are given: how many faults were tried is said at the end of all tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from headroom.settings import Settings
from headroom.throwaway_postgres import throwaway_database, throwaway_server
from tests.conftest import FAULTS
from tests.support.faults import finish, marts_of, server_says, start, write
from tests.support.project import Project


@pytest.fixture
def faults(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Count the fault that a test tries as one, unless the test says how many it tried."""
    record_property(FAULTS, 1)
    return lambda count: record_property(FAULTS, count)


@dataclass(frozen=True)
class Pair:
    """A warehouse that faults happen to, and one that is left alone, on one server or as files."""

    disturbed: Project
    undisturbed: Project

    def require_equal(self, days: int, more: int = 0) -> None:
        """Run once more on both: nothing was lost, nothing was doubled."""
        write(self.undisturbed, days, more)
        for project in (self.disturbed, self.undisturbed):
            code, said = finish(start(project, "run"))
            assert code == 0, said
        assert marts_of(self.disturbed) == marts_of(self.undisturbed)


@dataclass(frozen=True)
class Server:
    """A server that belongs to a test: its DSN, and its folder."""

    dsn: str
    data: Path


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start a server beside the one that all tests share: this one may be restarted."""
    with throwaway_server() as dsn:
        place = dict(part.split("=") for part in dsn.split())
        yield Server(dsn, Path(server_says(place, "show data_directory")))


@pytest.fixture(scope="module")
def pair(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two warehouses on that server, both built."""
    projects = []
    with throwaway_database(server.dsn) as first, throwaway_database(server.dsn) as second:
        for database in (first, second):
            folder = tmp_path_factory.mktemp("place")
            settings = Settings("postgres", folder / "headroom.duckdb", "flotilla")
            project = Project(settings, {"DBT_TARGET_PATH": str(folder), **database})
            write(project, 10)
            code, said = finish(start(project, "run"))
            assert code == 0, said
            projects.append(project)
        yield Pair(*projects)
