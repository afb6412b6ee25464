"""Names of every kind reach every command's output, and no terminal obeys one of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom.fleet.schema import columns
from tests.conftest import MakeProject
from tests.support.planted import PLANTED, harm
from tests.support.project import TABLES, Project
from tests.support.raw import START, definition_row, run_row, write_raw
from tests.unit.loads.test_failures import EVENT, make_history

pytestmark = pytest.mark.long
DAY = START.date().isoformat()
SHOWN = r"pl\x1b[31m"


def everywhere(table: str, row: dict[str, object]) -> dict[str, object]:
    """Plant the name in every text column that the row leaves open."""
    texts = {
        name: PLANTED for name, kind in columns(table).items() if kind.startswith(("text", "char"))
    }
    return {**texts, **row}


def write_logs(folder: Path) -> None:
    """Write a log of every form with the name wherever a name can stand."""
    events = [
        EVENT
        | {name: PLANTED for name in ("job_name", "project", "failure_type", "pod_name")}
        | {name: PLANTED for name in ("node_name", "container_image", "error_message")}
        | {"timestamp": f"{DAY}T12:0{minute}:00Z"}
        for minute in range(5)
    ]
    make_history(folder / "failures" / "h.db", events, [(PLANTED, PLANTED, 3, 1, DAY)])
    state = {"terminated": {"exitCode": 1, "reason": PLANTED, "finishedAt": f"{DAY}T12:00:00Z"}}
    pod = {
        "kind": "Pod",
        "metadata": {
            "name": PLANTED,
            "namespace": PLANTED,
            "uid": PLANTED,
            "labels": {"a": PLANTED},
        },
        "spec": {"nodeName": PLANTED, "containers": [{"name": "a", "image": PLANTED}]},
        "status": {
            "phase": "Failed",
            "startTime": f"{DAY}T11:00:00Z",
            "message": PLANTED,
            "containerStatuses": [{"name": "a", "image": PLANTED, "state": state}],
        },
    }
    (folder / "failures" / "p.json").write_text(json.dumps({"kind": "List", "items": [pod]}))
    build = {
        "build_id": PLANTED,
        "status": PLANTED,
        "create_time": f"{DAY}T12:00:00Z",
        "resource_samples": [{"ts": f"{DAY}T12:00:00Z", "cpu": 1, PLANTED: PLANTED}],
    }
    campaign = {"regions": {PLANTED: {"recent_builds": [build]}}}
    (folder / "builds" / "campaign_stats.json").write_text(json.dumps(campaign))


@pytest.fixture(scope="module")
def planted(
    make_project: MakeProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """A warehouse whose runs, definitions, builds, pods and failures bear the name."""
    folder = tmp_path_factory.mktemp("logs")
    for form in ("failures", "builds"):
        (folder / form).mkdir()
    write_logs(folder)
    with make_project("duckdb", "terminal") as project:
        runs = [
            everywhere("task", run_row("eks-1", exit_code=137, definition_id=PLANTED)),
            everywhere("task", run_row(PLANTED, exit_code=0, definition_id=PLANTED)),
        ]
        with project.in_environment():
            write_raw(project.settings, runs, [everywhere("task_def", definition_row(PLANTED))])
        for form, command in (("failures", "failures"), ("builds", "build-stats")):
            loaded = project.headroom("load", command, str(folder / form))
            assert loaded.returncode == 0, loaded.stderr
            assert not harm(loaded.stdout + loaded.stderr)
        project.dbt("build", *TABLES)
        yield project


@pytest.mark.parametrize(
    ("arguments", "is_named"),
    [
        (["report", "impact"], False),
        (["report", "bug"], False),
        (["report", "replay"], False),
        (["explain", "eks-1"], True),
        (["failures", "analyze"], True),
        (["failures", "analyze", "--json", "--project", PLANTED], False),
        (["failures", "stats"], True),
        (["failures", "stats", "--json"], False),
        (["failures", "remediate", "--type", PLANTED, "--job", PLANTED], True),
        (["failures", "remediate", "--type", PLANTED, "--json"], False),
        (["doctor"], False),
        (["prune", "--older-than", "1d", "--dry-run"], False),
    ],
)
def test_no_name_is_obeyed(planted: Project, arguments: list[str], is_named: bool) -> None:
    outcome = planted.headroom(*arguments)
    assert outcome.returncode == 0, outcome.stderr
    assert not harm(outcome.stdout + outcome.stderr)
    if is_named:
        assert SHOWN in "".join(outcome.stdout.split())
    if "--json" in arguments:
        assert "\\u001b" in outcome.stdout
        json.loads(outcome.stdout)


def test_no_name_is_obeyed_by_a_browser(planted: Project, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    outcome = planted.headroom("report", "html", "--output", str(file))
    assert outcome.returncode == 0, outcome.stderr
    page = file.read_text(encoding="utf-8")
    assert not harm(page)
    assert "pl\\x1b[31m" in page
    assert page.count("<script") == 1
