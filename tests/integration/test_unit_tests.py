"""dbt's own unit tests: the logic of each model on rows of its own, on both engines."""

from tests.support.project import Project
from tests.support.raw import write_raw


def test_every_dbt_unit_test_passes(project: Project) -> None:
    """Their parents have to exist: they are built over nothing."""
    with project.in_environment():
        write_raw(project.settings, [], [])
    project.dbt("build", "--resource-type", "seed", "model", "snapshot")
    statuses = project.dbt("test", "--select", "test_type:unit")
    assert len(statuses) > 50
    assert set(statuses.values()) == {"pass"}
