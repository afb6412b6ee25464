"""The wheel holds the dbt project: it runs without a checkout, and nothing writes into it."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest

from headroom.settings import PROJECT_DIR
from headroom.watermarks import CODE

EXTRAS = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]
DEPLOY = PROJECT_DIR / "deploy"
HEADROOM = (sys.executable, "-m", "headroom.cli")
TOKYO = {"HEADROOM_REPORTING_TIMEZONE": "Asia/Tokyo"}
DBT = (str(Path(sys.executable).with_name("dbt")),)


@dataclass(frozen=True)
class Installed:
    """A wheel unpacked into a folder, and a folder of its user."""

    folder: Path
    home: Path

    def run(self, *arguments: str, program: tuple[str, ...] = HEADROOM, **variables: str) -> str:
        """Run `headroom`, or another program, in the user's folder; give what it says."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        places = {"HOME": str(self.home), "PYTHONPATH": str(self.folder)}
        outcome = subprocess.run(
            [*program, *arguments],
            cwd=self.home,
            env={**kept, **places, "PYTHONDONTWRITEBYTECODE": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = " ".join(outcome.stdout.split())
        return f"{said} (exit {outcome.returncode})"

    @property
    def project(self) -> Path:
        return self.folder / "headroom" / "project"

    def files(self) -> set[Path]:
        return set(self.folder.rglob("*"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*build, str(folder)], cwd=PROJECT_DIR, check=True, capture_output=True)
    (built,) = folder.glob("headroom-*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Iterator[Installed]:
    """Give the wheel in a folder that is read-only, as that of another user is."""
    folder, home = tmp_path / "site-packages", tmp_path / "home"
    home.mkdir()
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    made = Installed(folder, home)
    before = made.files()
    for path in (folder, *before):
        path.chmod(path.stat().st_mode & ~0o222)
    yield made
    # Root may write anywhere, so it is looked at as well.
    assert made.files() == before
    for path in (folder, *before):
        path.chmod(path.stat().st_mode | 0o200)


def test_every_file_that_dbt_reads_is_in_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    places = [PROJECT_DIR / place for place in (*CODE, "analyses")]
    files = {path for place in places for path in (place, *place.rglob("*")) if path.is_file()}
    read = {f"headroom/project/{path.relative_to(PROJECT_DIR)}" for path in files}
    notebooks = {name for name in read if name.endswith(".ipynb")}
    assert len(read) > 500
    assert read - notebooks <= held
    assert notebooks
    assert not notebooks & held
    assert not [name for name in held if name.startswith(("tests/", "src/", "bench/"))]


def test_it_runs_where_it_is_installed(installed: Installed) -> None:
    assert "Explain a batch platform" in installed.run("--help")
    said = installed.run("doctor")
    assert f"ok the dbt project in {installed.project}" in said
    place = installed.home / "warehouse" / "headroom.duckdb"
    assert f"there is no database at {place}" in said
    loaded = installed.run("load", "build-stats", f"{PROJECT_DIR}/samples/builds")
    assert loaded.endswith("(exit 0)"), loaded
    assert place.exists()


def test_a_seed_that_does_not_fit_ends_a_build_with_a_sentence(installed: Installed) -> None:
    seeds = installed.home / "seeds"
    written = installed.run("init", "seeds")
    assert f"export HEADROOM_SEEDS={seeds} (exit 0)" in written
    path = seeds / "thresholds.csv"
    path.write_text(re.sub("^elevation_ratio.*\n", "", path.read_text(), flags=re.M))
    said = installed.run("build", HEADROOM_SEEDS="seeds")
    assert "thresholds.csv has no row for elevation_ratio" in said
    assert said.endswith("(exit 2)")
    assert "Traceback" not in said


@pytest.mark.long
def test_it_builds_and_reports_from_any_folder_with_seeds_of_its_user(installed: Installed) -> None:
    installed.run("init", "seeds")
    path = installed.home / "seeds" / "thresholds.csv"
    changed = path.read_text().replace("elevation_ratio,1.5", "elevation_ratio,1.75")
    path.write_text(changed)
    for command in (["fleet", "--days", "1"], ["build"], ["report", "impact"], ["doctor"]):
        said = installed.run(*command, HEADROOM_SEEDS="seeds", **TOKYO)
        assert said.endswith("(exit 0)"), said
    assert _elevation_ratio(installed) == "1.7500"
    in_tokyo = "cast(queued_at at time zone 'Asia/Tokyo' as date)"
    assert _asked(installed, f"select bool_and(queued_day = {in_tokyo}) from marts.flotilla__runs")
    # Nothing changed, wherever the folder is named from.
    again = installed.run("build", HEADROOM_SEEDS=str(path.parent), **TOKYO)
    assert "Nothing changed" in again
    # Plain dbt reads the same in the project that doctor names.
    project = re.search(
        r"the dbt project in (\S+)", installed.run("doctor", HEADROOM_SEEDS="seeds")
    )
    assert project
    places = {
        "DBT_PROFILES_DIR": str(installed.project / "profiles"),
        "DBT_TARGET_PATH": str(installed.home / "target"),
        "DBT_LOG_PATH": str(installed.home / "logs"),
        "HEADROOM_DUCKDB_PATH": str(installed.home / "warehouse" / "headroom.duckdb"),
    }
    for folder, expected in ((str(installed.project), "1.5000"), (project[1], "1.7500")):
        seed = ("seed", "--select", "thresholds", "--project-dir", folder)
        said = installed.run(*seed, program=DBT, **places)
        assert said.endswith("(exit 0)"), said
        assert _elevation_ratio(installed) == expected
    # dbt writes a file for each seed below its target: never into the seed.
    assert path.read_text() == changed


def _elevation_ratio(installed: Installed) -> str:
    thresholds = "headroom_reference.thresholds where threshold = 'elevation_ratio'"
    return str(_asked(installed, f"select threshold_value from {thresholds}"))


def _asked(installed: Installed, sql: str) -> object:
    with duckdb.connect(installed.home / "warehouse" / "headroom.duckdb") as connection:
        (value,) = connection.execute(sql).fetchone()
    return value


def test_the_image_is_made_of_the_wheel_and_files_that_exist() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    *sources, _ = " ".join(re.findall(r"^COPY (.+)$", dockerfile, re.M)).split()
    assert sources == ["requirements-run.lock", "dist/headroom-*.whl"]
    assert (PROJECT_DIR / sources[0]).exists()
    assert "--directory dist" in (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    for image in re.findall(r"image: (\S+)", (DEPLOY / "kubernetes.yaml").read_text()):
        assert f"-t {image} " in dockerfile


def test_what_runs_is_locked_as_it_is_tested() -> None:
    tested, run = (_locked(name) for name in ("requirements.lock", "requirements-run.lock"))
    assert {name: tested.get(name) for name in run} == run
    assert {"dbt-duckdb", "dbt-postgres", "typer"} <= {name.partition("==")[0] for name in run}
    assert not [name for name in run if name.startswith(("pytest", "sqlfluff", "ruff"))]

    with_dagster = _locked("requirements-dagster.lock")
    assert {name: with_dagster.get(name) for name in run} == run
    assert set(EXTRAS["dagster"]) <= with_dagster.keys()


def _locked(name: str) -> dict[str, set[str]]:
    text = (PROJECT_DIR / name).read_text(encoding="utf-8").replace("\\\n", "")
    blocks = re.split(r"\n(?=\S)", text)
    return {block.split()[0]: set(re.findall(r"sha256:\w+", block)) for block in blocks}
