"""dbt-bouncer as `make lint` runs it: its rules hold for the parse that the tests share.

python -m tests.support.lint_models
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from dbt.contracts.graph.manifest import Manifest
from dbt_bouncer.cli.run.utils import run_bouncer

from headroom.settings import DEFAULT_SOURCE_SCHEMA, PROJECT_DIR, Settings
from tests.support.parse import manifest_for

RULES = "dbt-bouncer.yml"
PLACE = Path("target") / "lint"


def project_manifest() -> Manifest:
    """Give the project as the tests parse it."""
    settings = Settings("duckdb", PROJECT_DIR / PLACE / "headroom.duckdb", DEFAULT_SOURCE_SCHEMA)
    manifest = manifest_for(settings.environment())
    assert manifest
    return manifest


def findings(manifest: Manifest, project: Path = PROJECT_DIR) -> list[dict[str, str]]:
    """Give what breaks the rules of a folder; its manifest is written for dbt-bouncer."""
    place = project / PLACE
    place.mkdir(parents=True, exist_ok=True)
    manifest.write(str(place / "manifest.json"))
    found = place / "findings.json"
    # It says on twenty lines that all is well, and cuts its messages to the width of a terminal.
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        run_bouncer(project / RULES, output_file=found, output_only_failures=True)
    rows: list[dict[str, str]] = json.loads(found.read_text(encoding="utf-8"))
    return rows


def main() -> None:
    """Print the findings; end with 1 if there are any."""
    found = findings(project_manifest())
    for finding in found:
        rule = finding["check_run_id"].split(":")[0]
        print(f"{finding['file_path']}: {finding['failure_message']} ({rule})")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
