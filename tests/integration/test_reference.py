"""The reference fleet through the whole project, on both engines."""

import json
from pathlib import Path

import pytest

from headroom.report import REPORTS
from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project

# `headroom build` leaves these out: no log of theirs is loaded.
WITHOUT_DATA = ("--exclude", "path:models/*/builds", "path:models/*/throughput")
SECRETS = ("do-not-read", "do-not-show")


@pytest.fixture(scope="module")
def exports(reference_projects: dict[str, Project]) -> dict[str, dict[str, list[str]]]:
    """Every mart of each engine, read once."""
    found = {}
    for target, project in reference_projects.items():
        with project.in_environment():
            found[target] = export_marts(project.settings)
    return found


@pytest.mark.parametrize("name", [name for name in REPORTS if REPORTS[name].published_at])
def test_the_published_tables_come_out_and_no_secret(reference: Project, name: str) -> None:
    outcome = reference.headroom("report", name, "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "published rows are equal" in outcome.stdout
    assert not any(secret in outcome.stdout for secret in SECRETS)


def test_the_replay_report_names_causes_donors_and_chains(reference: Project) -> None:
    outcome = reference.headroom("report", "replay")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "ara_capped" in outcome.stdout
    assert not any(secret in outcome.stdout for secret in SECRETS)
    assert reference.headroom("report", "replay", "--check").returncode == 2


def test_a_run_is_explained_with_its_donors(reference: Project) -> None:
    outcome = reference.headroom("explain", "eks-0d33-a443-43b9-45f9-04b780868880")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    text = " ".join(outcome.stdout.split())
    assert "3,136 MB: ARA's estimate from its donors" in text
    assert "3 certain, 0 possible; 3 ran another command" in text
    for differs_by in ("--as_of 20251121", "--as_of 20251122"):
        assert differs_by in text
    assert "it would have got 1,024 MB; the difference cost 2.112 GB.h" in text


def test_a_run_that_is_not_there_is_named(reference: Project) -> None:
    outcome = reference.headroom("explain", "eks-nobody")
    assert outcome.returncode == 2
    assert "there is no run eks-nobody" in outcome.stderr


def test_both_engines_give_equal_marts(exports: dict[str, dict[str, list[str]]]) -> None:
    assert exports["duckdb"].keys() == exports["postgres"].keys()
    for name, rows in exports["duckdb"].items():
        # The fleet holds no logs: their marts are empty here.
        assert rows or name.startswith(("marts.builds__", "marts.throughput__")), name
        assert rows == exports["postgres"][name], name


@pytest.mark.long
def test_a_build_with_nothing_new_changes_nothing(
    reference: Project, exports: dict[str, dict[str, list[str]]]
) -> None:
    """Of all the fleet; test_bad_input.py shows the same for a few odd runs."""
    reference.dbt("build", *TABLES, *WITHOUT_DATA)
    with reference.in_environment():
        assert export_marts(reference.settings) == exports[reference.engine]


def test_an_early_moment_shows_nothing_later(reference: Project) -> None:
    outcome = reference.headroom("report", "impact", "--as-of", "2025-12-10T12:00:00Z")
    assert outcome.returncode == 0
    assert "2025-12-10" in outcome.stdout
    assert "2025-12-11" not in outcome.stdout


def test_no_secret_reaches_a_model_or_an_artifact(
    reference: Project, exports: dict[str, dict[str, list[str]]]
) -> None:
    for name, rows in exports[reference.engine].items():
        assert not any(secret in row for row in rows for secret in SECRETS), name
    artifacts = Path(reference.environment()["DBT_TARGET_PATH"])
    files = [path for path in artifacts.rglob("*") if path.suffix in (".json", ".sql", ".log")]
    assert files
    for path in files:
        assert not any(secret in path.read_text() for secret in SECRETS), path


def test_marts_carry_their_descriptions(reference: Project) -> None:
    if reference.engine == "duckdb":
        sql = "select comment from duckdb_tables() where schema_name = 'marts'"
    else:
        sql = (
            "select obj_description(c.oid) from pg_class c join pg_namespace n"
            " on n.oid = c.relnamespace where n.nspname = 'marts' and c.relkind = 'r'"
        )
    comments = [row[0] for row in reference.query(sql)]
    assert len(comments) >= 5
    assert all(comment and comment.startswith("Grain: ") for comment in comments)


def test_manifest_names_the_grain_of_every_mart(reference: Project) -> None:
    path = Path(reference.environment()["DBT_TARGET_PATH"]) / "manifest.json"
    nodes = json.loads(path.read_text())["nodes"].values()
    marts = [node for node in nodes if node.get("path", "").startswith("marts/")]
    assert marts
    for mart in marts:
        assert mart["description"].startswith("Grain: "), mart["name"]
        assert all(column["description"] for column in mart["columns"].values()), mart["name"]
