"""The example for Dagster, in a separate environment: it needs the package index."""

import subprocess
import sys
from pathlib import Path

import pytest

from headroom.settings import PROJECT_DIR
from tests.conftest import MakeProject
from tests.support.small_fleet import write_small

pytestmark = pytest.mark.long
UV = (str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet")
# Materializes all assets twice, and prints how many were made each time.
SCRIPT = """
import runpy, sys
import dagster as dg
example = runpy.run_path(sys.argv[1])
made = [
    len(dg.materialize([example["marts"]]).asset_materializations_for_node("headroom_run"))
    for _ in range(2)
]
print(len(list(example["marts"].keys)), *made)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel with its extra, as the lock file has it."""
    folder = tmp_path_factory.mktemp("dagster")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*build, str(folder)], cwd=PROJECT_DIR, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    lock = PROJECT_DIR / "requirements-dagster.lock"
    into = (*UV, "--python", str(python))
    subprocess.run([*into, "--require-hashes", "-r", str(lock)], check=True)
    subprocess.run([*into, "--no-deps", str(wheel)], check=True)
    return python


def test_each_model_that_a_run_makes_is_an_asset(
    python: Path, make_project: MakeProject, tmp_path: Path
) -> None:
    with make_project("duckdb", "dagster") as project:
        with project.in_environment():
            write_small(project.settings)
        environment = {**project.environment(), "DAGSTER_HOME": str(tmp_path)}
        done = subprocess.run(
            [python, "-c", SCRIPT, PROJECT_DIR / "deploy" / "dagster_headroom.py"],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        assets, made, made_again = map(int, done.stdout.split()[-3:])
        ((count,),) = project.query(
            "select count(*) from headroom_operations.node_runs"
            " where build_id = 1 and status = 'success'"
            " and node_kind in ('model', 'snapshot', 'seed')"
        )
    assert (made, made_again) == (count, 0)
    assert assets > made > 50
