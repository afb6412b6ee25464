"""The environment whose deployments and policy versions count: the var `environment`."""

from pathlib import Path

import yaml

from headroom.errors import UsageError
from headroom.seeds import read_seed, seed_path
from headroom.settings import PROJECT_DIR

# The seeds that say for each environment what was in force when.
SEEDS = ("deployments", "ara_policy_versions")


def require_environment(project: Path = PROJECT_DIR) -> None:
    """Refuse to build for an environment of which a seed knows nothing; raise UsageError.

    Every figure about a fix or a policy would be empty, and nothing would say why.
    """
    settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    environment = str(settings["vars"]["environment"])
    for seed in SEEDS:
        names = sorted({row["environment"] for row in read_seed(seed)})
        if environment not in names:
            raise UsageError(
                f"the environment {environment!r} (var environment in dbt_project.yml) has no row "
                f"in {seed_path(seed)}, which has: {', '.join(names) or 'no rows'}",
                "choose one of these, or add its rows; a change that is not deployed yet is a row "
                "with empty dates"
                if seed == "deployments"
                else "choose one of these, or add the versions that are in force there",
            )
