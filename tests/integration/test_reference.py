"""The reference fleet through the whole project: published figures, artifacts of a real process.

On DuckDB; the long tests ask the same of PostgreSQL. test_small_fleet.py compares both engines in
each run of the tests.
"""

import json
from pathlib import Path

import pytest

from headroom.report import REPORTS
from headroom.settings import PROJECT_DIR, TARGETS
from tests.conftest import BuildReference
from tests.support.canonical import export_marts
from tests.support.project import TABLES, Project
from tests.support.readme_outputs import OUTPUTS, cut
from tests.support.small_fleet import SECRETS


def marts_of(project: Project) -> dict[str, list[str]]:
    with project.in_environment():
        return export_marts(project.settings)


@pytest.mark.parametrize("name", [name for name in REPORTS if REPORTS[name].published_at])
def test_the_published_tables_come_out_and_no_secret(reference: Project, name: str) -> None:
    outcome = reference.headroom("report", name, "--check")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "published rows are equal" in outcome.stdout
    assert not any(secret in outcome.stdout for secret in SECRETS)


def test_a_run_is_explained_with_its_donors(reference: Project) -> None:
    outcome = reference.headroom("explain", "eks-0d33-a443-43b9-45f9-04b780868880")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    text = " ".join(outcome.stdout.split())
    assert "3,136 MB: ARA's estimate from its donors" in text
    assert "3 certain, 0 possible; 3 ran another command" in text
    for differs_by in ("--as_of 20251121", "--as_of 20251122"):
        assert differs_by in text
    assert "it would have got 1,024 MB; the difference cost 2.112 GB.h" in text


@pytest.mark.parametrize("name", OUTPUTS)
def test_readme_shows_what_a_command_prints(reference: Project, name: str) -> None:
    """If it fails: make pictures."""
    command, parts = OUTPUTS[name]
    outcome = reference.headroom(*command.split())
    assert outcome.returncode == 0, outcome.stderr
    shown = cut(outcome.stdout, parts)
    assert len(shown.split("\n\n")) == len(parts)
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    assert f"\n$ headroom {command}\n\n{shown}\n```\n" in readme


def test_what_the_fix_proves(reference: Project) -> None:
    figures = """
        select before_event_count, before_run_count, after_event_count, after_run_count,
            100 * before_low, 100 * before_high, 100 * before_wilson_low, 100 * before_wilson_high,
            100 * after_high, 100 * after_effective_high, after_effective_runs,
            fisher_p, dispersion, day_correlation,
            runs_needed_90, runs_needed_99, overlapping_change, overlap_hours
        from marts.effects__changes where change = 'command_hash_fix' and outcome = 'elevated'
            and cohort = 'forklift-deploy-model-v1'
    """
    (row,) = reference.query(figures)
    assert row[:4] == (111, 297, 0, 15)
    shares = [31.9, 43.1, 32.1, 43.0, 21.8, 29.6, 10.5]
    assert [round(float(value), 1) for value in row[4:11]] == shares
    assert [round(row[11], 5), round(row[12], 3), round(row[13], 4)] == [0.00155, 1.977, 0.0305]
    assert (*row[14:17], float(row[17])) == (97, 986, "command_hash_cap_248gb", 42.6)


def test_the_card_of_the_fix(reference: Project) -> None:
    outcome = reference.headroom("report", "effect")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    shown = " ".join(outcome.stdout.split())
    for sentence in (
        "Elevated runs of forklift-deploy-model-v1 fell: 37.4% before (111 of 297), 0.0% after "
        "(0 of 15). Proven is a reduction of at least 21%.",
        "Runs at the cap of all definitions: no claim. 0.9% before (201 of 22,590), 0.5% after "
        "(14 of 3,065); a day 0.63 times as many, bounds 0.34 to 1.08.",
        "Not identifiable: command_hash_cap_248gb is 42.6 hours away",
        "A claim of 90% needs 97 runs without one more event (82 more, about 6 days",
        "15 runs after tell as much as 10.5 independent ones, whose upper bound is 29.6%.",
    ):
        assert sentence in shown


def test_runs_at_the_cap_prove_nothing(reference: Project) -> None:
    ((*counts, low, high, verdict),) = reference.query("""
        select before_event_count, before_days, after_event_count, after_days,
            rate_ratio_low, rate_ratio_high, verdict
        from marts.effects__changes
        where change = 'command_hash_fix' and outcome = 'at_cap' and cohort_kind = 'all'
    """)
    assert (counts, round(low, 2), round(high, 2)) == ([201, 9, 14, 1], 0.34, 1.08)
    assert verdict == "not proven"


def test_the_replay_of_the_published_example(reference: Project) -> None:
    rows = reference.query("""
        select certain_donor_count, possible_donor_count, foreign_donor_count,
            decisive_donor_memory_mb, estimate_low_mb, estimate_high_mb, attribution,
            is_contaminated
        from marts.flotilla__runs where run_id = 'eks-0d33-a443-43b9-45f9-04b780868880'
    """)
    assert rows == [(3, 0, 3, 1792, 3136, 3136, "ara_exact", True)]


@pytest.mark.long
def test_both_engines_give_equal_marts(reference_on: BuildReference) -> None:
    duckdb, postgres = (marts_of(reference_on(target)) for target in TARGETS)
    assert duckdb.keys() == postgres.keys()
    for name, rows in duckdb.items():
        assert rows, name
        assert rows == postgres[name], name


@pytest.mark.long
def test_a_build_with_nothing_new_changes_nothing(reference: Project) -> None:
    before = marts_of(reference)
    reference.dbt("build", *TABLES)
    assert marts_of(reference) == before


@pytest.mark.long
def test_no_secret_reaches_a_mart(reference: Project) -> None:
    for name, rows in marts_of(reference).items():
        assert not any(secret in row for row in rows for secret in SECRETS), name


def test_no_secret_reaches_an_artifact(reference: Project) -> None:
    artifacts = Path(reference.environment()["DBT_TARGET_PATH"])
    files = [path for path in artifacts.rglob("*") if path.suffix in (".json", ".sql", ".log")]
    assert files
    for path in files:
        assert not any(secret in path.read_text() for secret in SECRETS), path


def test_manifest_names_the_grain_of_every_mart(reference: Project) -> None:
    path = Path(reference.environment()["DBT_TARGET_PATH"]) / "manifest.json"
    nodes = json.loads(path.read_text())["nodes"].values()
    marts = [node for node in nodes if node.get("path", "").startswith("marts/")]
    assert marts
    for mart in marts:
        assert mart["description"].startswith("Grain: "), mart["name"]
        assert all(column["description"] for column in mart["columns"].values()), mart["name"]
