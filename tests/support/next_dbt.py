"""Build the small fleet on the next minor version of dbt, and run dbt's unit tests on it.

    python -m tests.support.next_dbt

It gets its own venv in target/, which needs the package index: the lock stays on the version
before, because the newest that plain pip installs belongs to it (docs/decisions/0002-libraries.md).
"""

import os
import subprocess
import sys
import venv
from importlib.metadata import version

from headroom.settings import PROJECT_DIR, Settings
from tests.support.small_fleet import write_small

NEXT = "1.12.0"
# Without this wheel pip takes a version of dbt-core that has to download a binary.
PARSER = "dbt-core-experimental-parser"
FOLDER = PROJECT_DIR / "target" / "next_dbt"
SAME = ("dbt-duckdb", "dbt-postgres", "duckdb")
COMMANDS = (
    ("build", "--exclude-resource-type", "unit_test"),
    # Unit tests ask existing tables for their columns.
    ("test", "--select", "test_type:unit"),
)


def main() -> None:
    """Make the venv and the warehouse again; end with dbt's exit code."""
    venv.create(FOLDER / "venv", clear=True, with_pip=True)
    packages = [f"dbt-core=={NEXT}", *(f"{name}=={version(name)}" for name in SAME)]
    pip = [str(FOLDER / "venv/bin/pip"), "install", "--quiet", "--only-binary", PARSER]
    subprocess.run([*pip, *packages], check=True)
    database = FOLDER / "small.duckdb"
    database.unlink(missing_ok=True)
    settings = Settings("duckdb", database, "flotilla")
    write_small(settings)
    variables = {**os.environ, **settings.environment(), "DBT_TARGET_PATH": str(FOLDER / "target")}
    # The profile names a plugin of this package, which is not installed there.
    variables["PYTHONPATH"] = str(PROJECT_DIR / "src")
    for command in COMMANDS:
        done = subprocess.run(
            [str(FOLDER / "venv/bin/dbt"), *command], cwd=PROJECT_DIR, env=variables, check=False
        )
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
