"""Fixtures that every test can use: one server for all, a fresh warehouse for each that asks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadFileScheduling

from headroom.settings import TARGETS, Settings
from headroom.throwaway_postgres import test_server, throwaway_database
from tests.support.project import Project

# Speed is measured in `make bench`; a busy machine must not fail a test.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A server to make databases on: HEADROOM_TEST_DSN, else a throw-away one."""
    with test_server() as dsn:
        yield dsn


FLEET_READERS = ("test_reference.py", "test_notebooks.py")


class OneFleet(LoadFileScheduling):  # type: ignore[misc]
    """Tests of one file run in one process, and so do all files that read the reference fleet."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "reference fleet" if Path(file).name in FLEET_READERS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneFleet:
    return OneFleet(config, log)


def _project(target: str, folder: Path, postgres_dsn: str) -> Iterator[Project]:
    settings = Settings(target, folder / "headroom.duckdb", "flotilla")  # type: ignore[arg-type]
    variables = {"DBT_TARGET_PATH": str(folder / "target")}
    if target == "duckdb":
        yield Project(settings, variables)
    else:
        with throwaway_database(postgres_dsn) as database:
            yield Project(settings, {**variables, **database})


@pytest.fixture(params=TARGETS)
def project(request: pytest.FixtureRequest, tmp_path: Path, postgres_dsn: str) -> Iterator[Project]:
    """An empty warehouse on each engine in turn."""
    yield from _project(request.param, tmp_path, postgres_dsn)


@pytest.fixture(scope="module", params=TARGETS)
def module_project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str
) -> Iterator[Project]:
    """A warehouse on each engine in turn, kept for a whole module."""
    folder = tmp_path_factory.mktemp(request.param)
    yield from _project(request.param, folder, postgres_dsn)


@pytest.fixture(scope="session")
def reference_projects(
    tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str
) -> Iterator[dict[str, Project]]:
    """The reference fleet, built with the command line on both engines. Tests only read it."""
    with ExitStack() as stack:
        projects = {}
        for target in TARGETS:
            folder = tmp_path_factory.mktemp(f"reference_{target}")
            project = stack.enter_context(contextmanager(_project)(target, folder, postgres_dsn))
            for command in ("fleet", "build"):
                outcome = project.headroom(command)
                assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            projects[target] = project
        yield projects


@pytest.fixture(params=TARGETS)
def reference(request: pytest.FixtureRequest, reference_projects: dict[str, Project]) -> Project:
    """The built reference fleet on each engine in turn; only for reading."""
    return reference_projects[request.param]
