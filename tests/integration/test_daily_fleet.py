"""A daily fleet lives by ARA's rules: the replay explains the memory of every run."""

from datetime import date

import pytest

from headroom.fleet import write_fleet
from tests.conftest import MakeProject
from tests.support.project import TABLES


@pytest.mark.parametrize("until", [date(2025, 12, 17), date(2026, 1, 18)])
def test_the_replay_explains_every_memory(make_project: MakeProject, until: date) -> None:
    """Across the fix, and across a change of the cap. Both engines hold the same rows."""
    with make_project("duckdb", "daily") as project:
        write_fleet(project.settings, seed=3, days=4, until=until)
        project.dbt("build", *TABLES, "--select", "+int_flotilla__runs_attributed")
        found = dict(
            project.query(
                "select attribution, count(*)"
                " from headroom_intermediate.int_flotilla__runs_attributed group by attribution"
            )
        )
        (contaminated,) = project.query(
            "select count(*) from headroom_intermediate.int_flotilla__runs_attributed"
            " where is_contaminated"
        )
    assert "ara_mismatch" not in found
    assert found["ara_exact"] > 100
    assert found["ara_capped"] > 0
    assert found["ara_in_interval"] > 0
    assert (contaminated[0] > 100) == (until.year == 2025)
