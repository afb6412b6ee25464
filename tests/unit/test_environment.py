"""A project for an environment that its seeds do not know is refused."""

from pathlib import Path

import pytest

from headroom.environment import require_environment
from headroom.errors import UsageError


def project(folder: Path, environment: str, **rows: str) -> Path:
    (folder / "dbt_project.yml").write_text(f"vars:\n  environment: {environment}\n")
    seeds = folder / "seeds" / "reference"
    seeds.mkdir(parents=True)
    for seed in ("deployments", "ara_policy_versions"):
        (seeds / f"{seed}.csv").write_text("environment,x\n" + rows.get(seed, f"{environment},1\n"))
    return folder


def test_the_project_s_own_environment_is_known() -> None:
    require_environment()


@pytest.mark.parametrize("seed", ["deployments", "ara_policy_versions"])
def test_an_environment_without_rows_is_refused_with_the_names_that_exist(
    tmp_path: Path, seed: str
) -> None:
    folder = project(tmp_path, "prod", **{seed: "staging,1\nproduction,2\n"})
    with pytest.raises(UsageError, match=f"'prod'.*{seed}.csv.*production, staging"):
        require_environment(folder)


def test_a_seed_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no rows") as refused:
        require_environment(project(tmp_path, "prod", deployments=""))
    assert "empty dates" in refused.value.hint


def test_a_change_that_is_not_deployed_yet_is_a_row(tmp_path: Path) -> None:
    require_environment(project(tmp_path, "prod", deployments="prod,\n"))
