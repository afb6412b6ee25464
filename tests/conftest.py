"""Fixtures that every test can use: one server for all, a fresh warehouse for each that asks."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from dbt.constants import PARTIAL_PARSE_FILE_NAME
from xdist.scheduler import LoadFileScheduling

from headroom.settings import TARGETS, Settings
from headroom.throwaway_postgres import dsn_of, test_server, throwaway_database
from tests.support.demo import loads
from tests.support.parse import DATABASE
from tests.support.project import Project
from tests.support.small_fleet import write_small

# Speed is measured in `make bench`; a busy machine must not fail a test.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A server to make databases on: HEADROOM_TEST_DSN, else a throw-away one."""
    with test_server() as dsn:
        yield dsn


FLEET_READERS = ("test_reference.py", "test_notebooks.py", "test_small_fleet.py", "test_replay.py")
# What takes longest begins first, so that the last files to run are short ones.
LONGEST_FIRST = (
    *FLEET_READERS,
    "test_pull.py",
    "test_incremental.py",
    "test_quiet.py",
    "test_source_beside.py",
    "test_unit_tests.py",
    "test_replay_history.py",
    "test_bad_input.py",
    "test_log_parts.py",
    "test_daily.py",
    "test_domains.py",
    "test_data_tests.py",
    "test_blame.py",
    "test_builds.py",
    "test_failures_by_part.py",
    "test_perf_logs.py",
    "test_key_frontier.py",
    "test_failures_load.py",
    "test_throughput.py",
    "test_failure_actions.py",
    "test_live_builds.py",
    "test_deploy.py",
)


class OneFleet(LoadFileScheduling):  # type: ignore[misc]
    """Tests of one file run in one process; so do all that read a built fleet, or a raw one."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(super()._split_scope(nodeid))
        if file.name in FLEET_READERS:
            return "built fleets"
        return "raw fleets" if file.parent.name == "fleet" else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneFleet:
    # Otherwise the files with most tests come first, and those are the quick ones.
    config.option.loadscopereorder = False
    return OneFleet(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, then whole builds, then the unit tests.

    What one engine shows as well as two is asked of one; of the other in the long tests.
    """

    def place(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.name
        order = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
        return order, "integration" not in item.path.parts

    items.sort(key=place)
    for item in items:
        usual = item.get_closest_marker("usually_on")
        # A test without an engine has no parameters, and fails here: it would never run.
        if usual and usual.args[0] not in item.callspec.params.values():  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.long)


# The property in which a test says how many faults it tried (tests/faults/conftest.py).
FAULTS = "faults"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of the faults that were tried lost nothing and doubled nothing."""
    tried = {
        outcome: sum(
            dict(report.user_properties).get(FAULTS, 0)
            for report in terminalreporter.getreports(outcome)
            if report.when == "call"
        )
        for outcome in ("passed", "failed")
    }
    if total := sum(tried.values()):
        terminalreporter.write_line(f"{tried['passed']} faults survived of {total} tried")


def pytest_sessionstart() -> None:
    """Collect garbage seldom: a manifest holds so many objects that looking through them costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


# A DuckDB file whose raw tables are on a server.
BESIDE = "duckdb beside postgres"
MakeProject = Callable[[str, str], AbstractContextManager[Project]]


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str) -> MakeProject:
    """Make an empty warehouse on an engine, in a place that is used again once it is free.

    Places in use at the same time need different names. The name of the database is as long as
    that of the shared parse, so that the parse fits it.
    """
    folders = tmp_path_factory.mktemp("places")

    @contextmanager
    def make(target: str, place: str) -> Iterator[Project]:
        folder = folders / f"{place}_{target}"
        (folder / "target").mkdir(parents=True, exist_ok=True)
        _clear(folder)
        engine = "duckdb" if target == BESIDE else target
        settings = Settings(engine, folder / "headroom.duckdb", "flotilla")  # type: ignore[arg-type]
        variables = {"DBT_TARGET_PATH": str(folder / "target")}
        if target == "duckdb":
            yield Project(settings, variables)
        elif target == BESIDE:
            with throwaway_database(postgres_dsn) as database:
                yield Project(replace(settings, source_dsn=dsn_of(database)), variables)
        else:
            name = f"headroom_test_{uuid4().hex}"[: len(DATABASE)]
            with throwaway_database(postgres_dsn, name) as database:
                yield Project(settings, {**variables, **database})

    return make


def _clear(folder: Path) -> None:
    """Leave nothing of the last test there but what dbt knows of the project's files."""
    for path in folder.rglob("*"):
        if path.is_file() and path != folder / "target" / PARTIAL_PARSE_FILE_NAME:
            path.unlink()


@pytest.fixture(params=TARGETS)
def project(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Project]:
    """An empty warehouse on each engine in turn."""
    with make_project(request.param, "test") as project:
        yield project


@pytest.fixture(scope="module", params=TARGETS)
def module_project(request: pytest.FixtureRequest, make_project: MakeProject) -> Iterator[Project]:
    """A warehouse on each engine in turn, kept for a whole module."""
    with make_project(request.param, "module") as project:
        yield project


@pytest.fixture(scope="module")
def both_projects(make_project: MakeProject) -> Iterator[dict[str, Project]]:
    """An empty warehouse on each engine, both kept for a whole module."""
    with ExitStack() as stack:
        yield {target: stack.enter_context(make_project(target, "both")) for target in TARGETS}


BuildReference = Callable[[str], Project]


@pytest.fixture(scope="session")
def reference_on(make_project: MakeProject) -> Iterator[BuildReference]:
    """Give the reference fleet and the sample logs, built on an engine with the command line once.

    For reading only.
    """
    with ExitStack() as stack:

        @cache
        def build(target: str) -> Project:
            project = stack.enter_context(make_project(target, "reference"))
            for words in (["fleet"], *loads(), ["build"]):
                outcome = project.headroom_process(*words)
                assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            return project

        yield build


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.long)])
def reference(request: pytest.FixtureRequest, reference_on: BuildReference) -> Project:
    """The reference fleet and logs on DuckDB, in long tests on PostgreSQL too; only for reading."""
    return reference_on(request.param)


@pytest.fixture(scope="session")
def small_projects(make_project: MakeProject) -> Iterator[dict[str, Project]]:
    """The small fleet, built on both engines. Tests only read it."""
    with ExitStack() as stack:
        projects = {}
        for target in TARGETS:
            project = stack.enter_context(make_project(target, "small"))
            with project.in_environment():
                write_small(project.settings)
            outcome = project.headroom("build")
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
            projects[target] = project
        yield projects


@pytest.fixture(params=TARGETS)
def small(request: pytest.FixtureRequest, small_projects: dict[str, Project]) -> Project:
    """The built small fleet on each engine in turn; only for reading."""
    return small_projects[request.param]
