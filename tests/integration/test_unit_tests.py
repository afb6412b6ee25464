"""Over a source without rows: empty marts, and dbt's own unit tests, which need their parents."""

from pathlib import Path

import pytest

from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project
from tests.support.raw import write_raw

LEFT_OUT = ("path:seeds/landed", "path:models/*/builds", "path:models/*/throughput")


@pytest.fixture(scope="module")
def empty(module_project: Project) -> Project:
    """A warehouse built over no rows, with the domains that `headroom build` leaves out."""
    with module_project.in_environment():
        write_raw(module_project.settings, [], [])
    outcome = module_project.headroom("build")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    module_project.dbt("build", *TABLES, "--select", *LEFT_OUT)
    return module_project


def test_an_empty_source_gives_empty_marts(empty: Project) -> None:
    with empty.in_environment():
        exports = export_marts(empty.settings)
    # One row for each candidate for the key, about no runs.
    frontier = exports.pop("marts.flotilla__hash_key_frontier")
    assert all("run_count=0|" in row for row in frontier)
    # The rules of the seed, without a history.
    remediations = exports.pop("marts.failures__remediations")
    assert all("|tried_count=0|" in row for row in remediations)
    assert not any(exports.values())
    for name in ("impact", "bug"):
        assert empty.headroom("report", name).returncode == 0


def test_an_empty_source_gives_a_page_that_says_so(empty: Project, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    outcome = empty.headroom("report", "html", "--output", str(file))
    assert outcome.returncode == 0, outcome.stderr
    page = file.read_text(encoding="utf-8")
    assert "No run is known" in page
    assert "No alert is open." in page


def test_every_dbt_unit_test_passes(empty: Project) -> None:
    """The logic of each model on its own rows."""
    statuses = empty.dbt("test", "--select", "test_type:unit")
    assert len(statuses) > 50
    assert set(statuses.values()) == {"pass"}


def test_plain_dbt_build_runs_the_unit_tests_of_what_it_builds(empty: Project) -> None:
    """Of models that ask the warehouse what to make: a unit test has no warehouse to ask."""
    models = ("base_flotilla__task_pulled", "flotilla__runs", "flotilla__elevation_daily")
    statuses = empty.dbt("build", "--select", *models, "--exclude", "test_type:data")
    assert {"what_differs_is_told_apart", "reachable_memory"} <= set(statuses)
