"""A build with as little memory as is accepted is slower, and gives the same."""

import pytest

from headroom.memory import LEAST, UNITS
from tests.conftest import MakeProject
from tests.support.canonical import export_marts
from tests.support.project import Project
from tests.support.small_fleet import write_small

pytestmark = pytest.mark.long


def test_a_build_with_the_least_memory_gives_the_same_marts(
    make_project: MakeProject, small_projects: dict[str, Project]
) -> None:
    little = {"HEADROOM_MEMORY_LIMIT": f"{LEAST // UNITS['MB']}MB"}
    with make_project("duckdb", "little") as project:
        project.variables.update(little)
        with project.in_environment():
            write_small(project.settings)
        outcome = project.headroom("build")
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        assert export_marts(project.settings) == export_marts(small_projects["duckdb"].settings)
