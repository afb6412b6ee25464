"""What dbt's vars say for a whole warehouse: whose deployments and policies count, and the zone."""

import os
import re
from pathlib import Path
from zoneinfo import available_timezones

import yaml

from headroom.errors import UsageError
from headroom.seeds import read_seed, seed_path
from headroom.settings import PROJECT_DIR

# The variables that win over the vars in dbt_project.yml.
VARIABLES = {
    "environment": "HEADROOM_ENVIRONMENT",
    "reporting_timezone": "HEADROOM_REPORTING_TIMEZONE",
}
# The seeds that say for each environment what was in force when.
SEEDS = ("deployments", "ara_policy_versions")


def chosen_vars() -> dict[str, str]:
    """Give the vars of dbt that the environment sets.

    Raises UsageError for a zone that does not exist, and for a name that SQL would misread.
    """
    chosen = {name: value for name in VARIABLES if (value := os.environ.get(VARIABLES[name]))}
    for name, value in chosen.items():
        if not re.fullmatch(r"[\w .+/-]{1,100}", value):
            raise UsageError(
                f"{VARIABLES[name]} is {value!r}", "give a name of letters, digits and ._+/-"
            )
    zone, zones = chosen.get("reporting_timezone"), available_timezones()
    # A small system may have no list of zones; then the database says it.
    if zone and zones and zone not in zones:
        raise UsageError(
            f"{VARIABLES['reporting_timezone']} is {zone!r}, which is not a zone",
            "give a name such as Europe/Berlin",
        )
    return chosen


def environment_in_force(project: Path = PROJECT_DIR) -> str:
    """Give the environment whose deployments and policies count.

    Raises UsageError as `chosen_vars` does.
    """
    written = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    return str({**written, **chosen_vars()}["environment"])


def require_environment(project: Path = PROJECT_DIR) -> None:
    """Refuse to build for an environment of which a seed knows nothing; raise UsageError.

    Every figure about a fix or a policy would be empty, and nothing would say why.
    """
    environment = environment_in_force(project)
    for seed in SEEDS:
        names = sorted({row["environment"] for row in read_seed(seed)})
        if environment not in names:
            raise UsageError(
                f"the environment {environment!r} ({VARIABLES['environment']}, else the var in "
                f"dbt_project.yml) has no row in {seed_path(seed)}, "
                f"which has: {', '.join(names) or 'no rows'}",
                "choose one of these, or add its rows; a change that is not deployed yet is a row "
                "with empty dates"
                if seed == "deployments"
                else "choose one of these, or add the versions that are in force there",
            )
