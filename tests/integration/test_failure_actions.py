"""The check history asked about: the published figures, and nothing of who may not be seen."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headroom.diagnosis.access import Scope
from headroom.diagnosis.answer import SECTIONS, Command, answer, as_json
from headroom.diagnosis.ask import Inquiry, compile_for_failures
from headroom.errors import WarehouseUnavailableError
from headroom.loads.failures import Options, load_failures, record_solution
from headroom.report.run import parse_as_of
from headroom.settings import PROJECT_DIR, TARGETS
from tests.integration.test_failures import event, failed_pod, fill, pod
from tests.support.canonical import export_marts
from tests.support.project import Project

BUILT = ("--select", "+path:models/marts/failures", "--exclude", "resource_type:seed")
SAMPLES = PROJECT_DIR / "samples" / "failures"
QUOTED = "o'brien"
RETRIES = "headroom_intermediate.int_failures__failures_followed"
# Of a separate project, two months before the samples.
HIDDEN: dict[str, Any] = {
    "project": "secret-project",
    "node_name": "secret-node",
    "image": "secret-image",
    "user_name": "secret-user",
}
PODS = [
    *(failed_pod(f"secret-pod-{n}", n, message="both say this", **HIDDEN) for n in range(6)),
    *(pod(f"secret-good-{n}", n, **{**HIDDEN, "node_name": "gpu-node-03"}) for n in range(3)),
    *(
        failed_pod(
            f"shared-{n}", n, node_name="secret-node", project=QUOTED, message="both say this"
        )
        for n in range(3)
    ),
    failed_pod("homeless", 3, project=None, node_name="gpu-node-03"),
]
EVENTS = [event("overflow", 5, project=QUOTED, pod_name=None, has_memory_overflow=True)]
OLD = parse_as_of("2025-11-02")
ALL, ML_TEAM = Scope(None), Scope(("ml-team",))
Both = dict[str, tuple[Project, dict[str, str]]]


@pytest.fixture(scope="module")
def both(both_projects: dict[str, Project]) -> Both:
    """The check history and a hidden project on both engines, with the analyses compiled once."""
    projects = {}
    for target, project in both_projects.items():
        fill(project, [], {"landed_pods": PODS, "landed_failure_events": EVENTS})
        with project.in_environment():
            load_failures(project.settings, [str(SAMPLES)], Options())
            for worked in (True, False):
                record_solution(project.settings, "OOMKilled", "Once more", worked=worked)
        project.dbt("run", *BUILT)
        with project.in_environment():
            names = [name for sections in SECTIONS.values() for name in sections.values()]
            compiled = compile_for_failures(project.settings, names)
        projects[target] = (project, compiled)
    return projects


def ask(both: Both, target: str, command: Command, scope: Scope = ALL, **asked: Any) -> Any:
    """Ask a command of the engine; give its JSON as a program reads it."""
    project, compiled = both[target]
    days = asked.pop("lookback_days", 7)
    sql = {name: compiled[name] for name in ["failures_last_moment", *SECTIONS[command].values()]}
    with project.in_environment():
        inquiry = replace(Inquiry(scope, days), **asked)
        diagnosis = answer(project.settings, command, inquiry, sql)
    # Sums of doubles differ in their last digits with the order of the rows.
    return json.loads(as_json(diagnosis), parse_float=lambda text: float(f"{float(text):.9g}"))


def by_value(answered: Any, dimension: str) -> dict[str, int]:
    rows = [row for row in answered["patterns"] if row["dimension"] == dimension]
    return {row["value"]: row["failure_count"] for row in rows}


@pytest.mark.parametrize("target", TARGETS)
def test_the_published_analysis(both: Both, target: str) -> None:
    found = ask(both, target, "analyze")
    summary = found["summary"]
    assert (summary["failure_count"], summary["project_count"]) == (23, 4)
    assert summary["failure_type_count"] == 5
    ml_team = next(row for row in found["patterns"] if row["value"] == "ml-team")
    assert ml_team["failure_types"] == "OOMKilled 5, ImagePullBackOff 3"
    assert (ml_team["failure_count"], ml_team["is_pattern"]) == (8, True)
    nodes = {row["node_name"]: row for row in found["nodes"]}
    for node, failures, attempts, jobs in (("gpu-node-03", 12, 16, 8), ("gpu-node-07", 6, 10, 4)):
        row = nodes[node]
        assert (row["failure_count"], row["attempt_count"], row["job_count"]) == (
            failures,
            attempts,
            jobs,
        )
        assert row["failure_rate"] == pytest.approx(failures / attempts)
        assert row["is_flagged"]
    images = {row["image_name"]: row for row in found["images"]}
    pytorch = images["pytorch/pytorch:2.0-cuda11.8"]
    assert pytorch["common_messages"] == "CUDA version mismatch; Missing libcudnn.so"
    first = found["recommendations"][0]
    assert (first["subject"], first["severity"], first["basis"]) == (
        "gpu-node-03",
        "high",
        "tested",
    )
    assert "75.0% of 16 attempts" in first["evidence"]
    keys = [row["recommendation_id"] for row in found["recommendations"]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("target", TARGETS)
def test_the_published_statistics(both: Both, target: str) -> None:
    found = ask(both, target, "stats", lookback_days=30)
    assert list(by_value(found, "type").items()) == [
        ("OOMKilled", 45),
        ("ImagePullBackOff", 23),
        ("CrashLoopBackOff", 12),
        ("Pending", 8),
        ("Error", 5),
    ]
    assert list(by_value(found, "project").values()) == [38, 22, 18, 15]
    assert list(by_value(found, "node").items())[:3] == [
        ("gpu-node-03", 25),
        ("gpu-node-07", 18),
        ("gpu-node-12", 12),
    ]


@pytest.mark.parametrize("target", TARGETS)
def test_the_published_remediation(both: Both, target: str) -> None:
    found = ask(both, target, "remediate", failure_type="OOMKilled", job_name="bert-train")
    counted = by_value(ask(both, target, "analyze"), "type")["OOMKilled"]
    assert found["of_type"]["failure_count"] == counted
    assert found["of_type"]["is_pattern"]
    rules = [row for row in found["remediations"] if row["rule_order"]]
    assert json.loads(rules[0]["parameters"]) == {"multiplier": 2.0}
    tried = sorted(
        (row for row in found["remediations"] if row["solution_rank"]),
        key=lambda row: row["solution_rank"],
    )
    figures = [
        (row["success_count"], row["tried_count"], round(row["success_rate_low"], 2))
        for row in tried
    ]
    assert figures == [(6, 7, 0.49), (3, 4, 0.3), (2, 3, 0.21), (1, 2, 0.09)]
    changes = {row["change_made"]: row for row in found["retries"]}
    raised = changes["memory raised"]
    assert raised["uplift_low"] < raised["uplift"] < raised["uplift_high"]
    assert found["of_job"]["failure_count"] == 2
    assert {row["likeness"] for row in found["similar"]} == {"the same message"}
    assert "bert-train" not in {row["job_name"] for row in found["similar"]}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_hidden_is_nowhere(both: Both, target: str) -> None:
    """Also where it shares a node and a time with what is shown."""
    seen = ask(both, target, "analyze", until=OLD)
    assert "secret-project" in by_value(seen, "project")
    assert seen["summary"]["without_project_count"] == 1
    shown = ask(both, target, "analyze", Scope((QUOTED,)), until=OLD)
    text = json.dumps(shown)
    for word in ("secret-project", "secret-image", "job of secret", "gpu-node"):
        assert word not in text, word
    assert by_value(shown, "project") == {QUOTED: 4}
    assert shown["summary"]["failure_count"] == 4
    # Nine attempts of that node failed or not; three are to be seen.
    assert [(row["node_name"], row["attempt_count"]) for row in shown["nodes"]] == [
        ("secret-node", 3)
    ]
    overflow = [row for row in shown["recommendations"] if row["kind"] == "memory_request"]
    assert [row["subject"] for row in overflow] == [f"{QUOTED}/job of overflow"]
    everything = ask(both, target, "remediate", failure_type="Error", job_name="job of shared-0")
    assert "secret-project" in json.dumps(everything)
    for command in ("analyze", "stats", "remediate"):
        asked: dict[str, Any] = {"failure_type": "Error", "job_name": "job of secret-pod-1"}
        text = json.dumps(ask(both, target, command, ML_TEAM, lookback_days=1000, **asked))
        assert "secret" not in text.replace("job of secret-pod-1", "")
        assert QUOTED not in text


def test_an_answer_is_what_it_would_be_without_the_others(both: Both, tmp_path: Path) -> None:
    """Every figure, also of nodes and images that are shared, is of the allowed projects alone."""
    project, compiled = both["duckdb"]
    path = tmp_path / "headroom.duckdb"
    shutil.copy(project.settings.duckdb_path, path)
    alone = Project(replace(project.settings, duckdb_path=path), project.variables)
    for table in ("marts.failures__failures", "marts.attempts__attempts", RETRIES):
        alone.execute(f"delete from {table} where project is distinct from 'ml-team'")
    for command in SECTIONS:
        asked: dict[str, Any] = {"failure_type": "OOMKilled", "job_name": "bert-train"}
        restricted = ask(both, "duckdb", command, ML_TEAM, lookback_days=30, **asked)
        everything = ask({"alone": (alone, compiled)}, "alone", command, lookback_days=30, **asked)
        assert {**restricted, "projects": None} == everything


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_known_is_an_empty_answer(both: Both, target: str) -> None:
    nobody = ask(both, target, "analyze", Scope(("nobody",)))
    assert nobody["summary"]["failure_count"] == 0
    assert not any(nobody[name] for name in ("patterns", "nodes", "images", "recommendations"))
    assert nobody["window"] == {"from": None, "until": None, "lookback_days": 7}
    unknown = ask(both, target, "remediate", failure_type="Nonsense '")
    assert not any(unknown[name] for name in ("remediations", "retries", "similar"))
    assert "OOMKilled" in unknown["known_types"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_threshold_decides_what_is_a_pattern(both: Both, target: str) -> None:
    at = ask(both, target, "analyze", pattern_threshold=8)
    above = ask(both, target, "analyze", pattern_threshold=9)
    for threshold, is_pattern in ((45, True), (46, False)):
        asked = {"lookback_days": 30, "pattern_threshold": threshold}
        found = ask(both, target, "remediate", failure_type="oomkilled", **asked)
        assert found["failure_type"] == "OOMKilled"
        assert found["remediations"]
        assert found["of_type"]["is_pattern"] == is_pattern
    projects = [
        {row["subject"] for row in found["recommendations"] if row["kind"] == "project"}
        for found in (at, above)
    ]
    assert projects[0] == {"ml-team"}
    assert "ml-team" not in projects[1]


def test_both_engines_recommend_the_same(both: Both) -> None:
    exports = {}
    for target, (project, _) in both.items():
        with project.in_environment():
            marts = export_marts(project.settings, intermediates=())
        # A record holds the moment at which it was made.
        exports[target] = {
            name: [row for row in marts[f"marts.failures__{name}"] if "Once more" not in row]
            for name in ("remediations", "retries", "recommendations")
        }
    for name, rows in exports["duckdb"].items():
        assert rows, name
        assert rows == exports["postgres"][name], name


def test_the_command_line(both: Both) -> None:
    project, _ = both["duckdb"]
    found = project.headroom("failures", "analyze", "--json", "--as-of", "2026-01-25")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["summary"]["failure_count"] == 23
    shown = project.headroom("failures", "stats")
    assert "OOMKilled" in shown.stdout
    project.variables["HEADROOM_ALLOWED_PROJECTS"] = "ml-team"
    refused = [
        project.headroom("failures", "analyze", "--project", name)
        for name in ("secret-project", "never-existed")
    ]
    del project.variables["HEADROOM_ALLOWED_PROJECTS"]
    assert [outcome.returncode for outcome in refused] == [2, 2]
    messages = {outcome.stderr.replace("secret-project", "never-existed") for outcome in refused}
    assert len(messages) == 1
    assert "is not a window" in project.headroom("failures", "stats", "--lookback-days", "0").stderr


def test_without_data_the_load_that_brings_them_is_named(both: Both, tmp_path: Path) -> None:
    project, compiled = both["duckdb"]
    empty = Project(replace(project.settings, duckdb_path=tmp_path / "headroom.duckdb"), {})
    with pytest.raises(WarehouseUnavailableError):
        ask({"empty": (empty, compiled)}, "empty", "stats")
    empty.execute("create schema marts")
    with pytest.raises(WarehouseUnavailableError) as raised:
        ask({"empty": (empty, compiled)}, "empty", "stats")
    assert "headroom load failures" in raised.value.hint
