"""Failures from landed rows to the marts: the same tables on both engines."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from headroom.landed.contract import landed_tables
from headroom.landed.landing import arrow_rows, land
from headroom.loads.failures import Options, load_failures
from headroom.settings import PROJECT_DIR, TARGETS
from tests.support.canonical import export_tables
from tests.support.project import Project
from tests.support.raw import START, definition_row, run_row, write_raw

HOUR = timedelta(hours=1)
MARTS = ("failures", "patterns", "recoveries", "recovery_times")
SELECTED = (
    "--select",
    *(f"+failures__{mart}" for mart in MARTS),
    "--exclude",
    "resource_type:seed",
)


def event(key: str, hours: float, **columns: Any) -> dict[str, Any]:
    """Give a failure of a history, so many hours after the start."""
    return {
        "event_key": key,
        "source": "history",
        "event_id": int.from_bytes(key.encode()[-2:]),
        "job_name": f"job of {key}",
        "project": "team",
        "failure_type": "Error",
        "occurred_at": START + hours * HOUR,
        "is_resolved": False,
        "has_memory_overflow": False,
        "is_auto_remediated": False,
        **columns,
    }


def pod(key: str, hours: float, **columns: Any) -> dict[str, Any]:
    """Give a pod that ran for an hour and succeeded."""
    created = START + hours * HOUR
    return {
        "pod_key": key,
        "pod_uid": key,
        "source": "cluster",
        "namespace": "runai-team",
        "project": "team",
        "pod_name": key,
        "job_name": f"job of {key}",
        "node_name": "node-1",
        "image": "image:1",
        "phase": "Succeeded",
        "created_at": created,
        "started_at": created,
        "finished_at": created + HOUR,
        "exit_code": 0,
        "restart_count": 0,
        "gpu_count": 2,
        "memory_request_mb": 16000,
        **columns,
    }


def failed_pod(key: str, hours: float, **columns: Any) -> dict[str, Any]:
    return pod(key, hours, **{"phase": "Failed", "exit_code": 1, **columns})


def kubernetes_event(
    key: str, name: str, hours: float, reason: str, message: str
) -> dict[str, Any]:
    return {
        "event_key": key,
        "source": "cluster",
        "namespace": "runai-team",
        "object_kind": "Pod",
        "object_name": name,
        "event_type": "Warning",
        "reason": reason,
        "message": message,
        "event_count": 1,
        "first_seen_at": START + hours * HOUR,
        "last_seen_at": START + hours * HOUR,
    }


EVENTS = [
    event("e-alone", 1, failure_type="DataCorruption", pod_name=None, error_message="row 7 is bad"),
    event("e-copy-a", 2, job_name="copied", pod_name="gone", failure_type="OOMKilled"),
    event(
        "e-copy-b",
        2,
        job_name="copied",
        pod_name="gone",
        failure_type="OOMKilled",
        is_resolved=True,
    ),
    event("e-twice-1", 10.5, pod_name="twice", failure_type="ImagePullBackOff"),
    event(
        "e-twice-2",
        10.6,
        pod_name="twice",
        failure_type="ImagePullBackOff",
        is_resolved=True,
        resolution_type="retag",
        resolved_at=START + 12 * HOUR,
        error_message="token=hunter2 pull of 12 failed",
    ),
    # A name that three pods had one after the other.
    event("e-again", 31.1, pod_name="again", failure_type="Error", error_message="second"),
    # Days before its pod, and days behind it: only the first is another pod's.
    event("e-early", 1, pod_name="late-pod", failure_type="Error"),
    event("e-late", 100, pod_name="late-pod", failure_type="Error"),
    # Of another project's pod, and of the same project's.
    event("e-elsewhere", 61.5, pod_name="killed", project="other", error_message="not for team"),
    event("e-run", 1, pod_name="eks-3-pod", failure_type="OOMKilled", memory_request_mb=8000),
    event("e-overflow", 5, pod_name=None, has_memory_overflow=True, memory_request="2147486648Mn"),
]
PODS = [
    pod("good", 0),
    failed_pod("silent", 1, exit_code=None, finished_at=None),
    failed_pod("twice", 10, reason="Error"),
    pod("again-1", 20, pod_name="again"),
    failed_pod("again-2", 30, pod_name="again"),
    pod("again-3", 40, pod_name="again"),
    pod("late-pod", 50),
    failed_pod("oom-by-event", 60, reason="Error"),
    failed_pod("no-memory", 60, phase="Running", exit_code=137, reason="OOMKilled",
               waiting_reason="CrashLoopBackOff", finished_at=None),
    failed_pod("runs-again", 60, phase="Running", exit_code=137, reason="OOMKilled",
               finished_at=None),
    failed_pod("overflow", 60, memory_request_mb=None, has_memory_overflow=True),
    failed_pod("killed", 61, exit_code=137, reason="Error"),
    failed_pod("evicted", 62, exit_code=137, reason="Evicted"),
    failed_pod("pulling", 63, phase="Pending", exit_code=None, reason="ErrImagePull",
               started_at=None, finished_at=None),
    failed_pod("never-ran", 64, exit_code=None, reason=None, message=None, started_at=None),
    pod("running", 65, phase="Running", exit_code=None, finished_at=None),
    failed_pod("of-a-run", 1, pod_name="eks-2-pod"),
    failed_pod("nobody-knows", 66, node_name="unknown", user_name="", message="password: hunter2"),
]  # fmt: skip
KUBERNETES_EVENTS = [
    kubernetes_event("k1", "oom-by-event", 60.5, "OOMKilling", "Memory cgroup out of memory"),
    # Of an earlier pod of the name.
    kubernetes_event("k2", "again", 1, "OOMKilling", "Memory cgroup out of memory"),
    kubernetes_event("k3", "never-ran", 64, "Failed", "Failed to pull image r/app:1"),
]
RUNS = [
    run_row("eks-1", group_name="team", pod_name="eks-1-pod", instance_dns_name="node-1"),
    run_row("eks-2", pod_name="eks-2-pod", exit_code=1, exit_reason="secret=hunter2 broke at 12"),
    run_row("eks-3", pod_name="eks-3-pod", exit_code=1, exit_reason="Error"),
    run_row("eks-4", status="NEEDS_RETRY", exit_code=None, finished_at=None,
            exit_reason="Host EC2 (instance i-0a) terminated"),
    run_row("eks-5", status="RUNNING", exit_code=None, finished_at=None),
    run_row("eks-6", exit_code=None),
    run_row("eks-7", exit_code=1, exit_reason="Task terminated by user"),
    run_row("eks-8", exit_code=None, pod_events=json.dumps([
        {"reason": "Scheduled", "message": "password: hunter2"},
        {"reason": "FailedScheduling", "message": "0/12 nodes are available"},
    ])),
    run_row("eks-9", exit_code=1, pod_events=json.dumps([{"reason": "OOMKilling"}])),
    # No events: no array, an empty one, and what is not an object.
    run_row("eks-10", exit_code=2, pod_events='{"reason": "OOMKilling"}'),
    run_row("eks-11", exit_code=2, pod_events="[]"),
    run_row("eks-12", exit_code=2, pod_events='["OOMKilling", null]'),
    run_row("eks-13", pod_events=json.dumps([{"reason": "OOMKilling"}])),
]  # fmt: skip


def fill(
    project: Project, runs: list[dict[str, Any]], landed: dict[str, list[dict[str, Any]]]
) -> None:
    with project.in_environment():
        write_raw(project.settings, runs, [definition_row()])
        tables = landed_tables()
        rows = {tables[name]: arrow_rows(tables[name], found) for name, found in landed.items()}
        if rows:
            land(project.settings, rows)
    project.dbt("seed")


def build(project: Project) -> None:
    project.dbt("run", *SELECTED)


LANDED = {
    "landed_failure_events": EVENTS,
    "landed_pods": PODS,
    "landed_kubernetes_events": KUBERNETES_EVENTS,
}


CASES = PROJECT_DIR / "tests" / "cases"
LISTINGS = (CASES / "pods", CASES / "events")
OF_LISTINGS = "project in ('team-a', 'prod')"


def later_listing(path: Path) -> Path:
    """Write the pod h-restarting as it is listed an hour later: it failed and began once more."""
    (pod,) = (
        pod
        for pod in json.loads((CASES / "pods" / "pods_awkward.json").read_text())["items"]
        if pod["metadata"]["name"] == "h-restarting"
    )
    (container,) = pod["status"]["containerStatuses"]
    container["restartCount"] = 4
    container["state"]["running"]["startedAt"] = "2025-11-20T11:00:30Z"
    container["lastState"]["terminated"] |= {
        "exitCode": 1,
        "reason": "Error",
        "startedAt": "2025-11-20T10:00:30Z",
        "finishedAt": "2025-11-20T11:00:00Z",
    }
    path.write_text(json.dumps(pod))
    return path


@pytest.fixture(scope="module")
def both(
    both_projects: dict[str, Project], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Project]:
    """A small history on both engines, and listings: twice, one of them older than the last."""
    later = later_listing(tmp_path_factory.mktemp("later") / "h.json")
    for project in both_projects.values():
        fill(project, RUNS, LANDED)
        with project.in_environment():
            for path in (LISTINGS[0], later, *LISTINGS):
                tally = load_failures(project.settings, [str(path)], Options(source="s"))
                assert tally.is_clean, tally.shown
        build(project)
    return both_projects


def failures_of(project: Project) -> dict[str, list[str]]:
    names = [f"marts.failures__{mart}" for mart in MARTS]
    with project.in_environment():
        return export_tables(project.settings, [*names, "marts.attempts__attempts"])


def test_both_engines_hold_the_same(both: dict[str, Project]) -> None:
    duckdb, postgres = (failures_of(both[target]) for target in TARGETS)
    assert duckdb.keys() == postgres.keys()
    for name, rows in duckdb.items():
        assert rows, name
        assert rows == postgres[name], name
        assert not any("hunter2" in row for row in rows), name


@pytest.mark.parametrize("target", TARGETS)
def test_what_failed_and_of_what_kind(both: dict[str, Project], target: str) -> None:
    found = both[target].query(
        "select failure_id, failure_type, rule_name from marts.failures__failures"
        f" where not coalesce({OF_LISTINGS}, false)"
    )
    assert {row[0]: row[1:] for row in found} == {
        "event:e-alone": ("DataCorruption", "as_recorded"),
        "event:e-copy-b": ("OOMKilled", "oom_killed"),
        "event:e-early": ("Error", "generic_error"),
        "event:e-elsewhere": ("Error", "generic_error"),
        "event:e-overflow": ("Error", "generic_error"),
        "pod:silent": ("Lost", "no_exit_code"),
        "pod:twice": ("ImagePullBackOff", "image_pull"),
        "pod:again-2": ("Error", "generic_error"),
        "pod:oom-by-event": ("OOMKilled", "oom_event"),
        "pod:late-pod": ("Error", "generic_error"),
        "pod:no-memory": ("OOMKilled", "oom_killed"),
        "pod:overflow": ("Error", "exit_code"),
        "pod:killed": ("OOMKilled", "sigkill"),
        "pod:evicted": ("Infrastructure", "evicted"),
        "pod:pulling": ("ImagePullBackOff", "image_pull"),
        "pod:never-ran": ("ImagePullBackOff", "image_event"),
        "pod:nobody-knows": ("Error", "exit_code"),
        "flotilla:eks-2": ("Error", "exit_code"),
        "flotilla:eks-3": ("OOMKilled", "oom_killed"),
        "flotilla:eks-4": ("Infrastructure", "node_lost"),
        "flotilla:eks-6": ("Lost", "no_exit_code"),
        "flotilla:eks-7": ("UserTerminated", "user_terminated"),
        "flotilla:eks-8": ("Pending", "pending_event"),
        "flotilla:eks-9": ("OOMKilled", "oom_event"),
        "flotilla:eks-10": ("Error", "exit_code"),
        "flotilla:eks-11": ("Error", "exit_code"),
        "flotilla:eks-12": ("Error", "exit_code"),
    }


@pytest.mark.parametrize("target", TARGETS)
def test_a_history_enriches_the_attempt(both: dict[str, Project], target: str) -> None:
    found = both[target].query(
        "select error_template, is_resolved, resolution_type, node_name, lost_gpu_hours"
        " from marts.failures__failures where failure_id = 'pod:twice'"
    )
    assert found == [("token=*** pull of <number> failed", True, "retag", "node-1", 2)]
    attempts = both[target].query(
        "select count(*), sum(case when outcome = 'failed' then 1 else 0 end)"
        " from marts.attempts__attempts"
        f" where not coalesce({OF_LISTINGS}, false)"
    )
    assert attempts == [(len(PODS) - 1 + len(RUNS), 22)]
    overflown = both[target].query(
        "select failure_id from marts.failures__failures where has_memory_overflow order by 1"
    )
    assert overflown == [("event:e-overflow",), ("pod:overflow",)]


INFRASTRUCTURE = "Infrastructure"
FAILURES_OF_LISTINGS = [
    ("a-native-sidecar", "Error", "generic_error", 1, "trainer:1", 5369, 0),
    ("b-plain-sidecar", "OOMKilled", "oom_killed", 137, "trainer:1", 8590, 0),
    ("c-evicted", INFRASTRUCTURE, "evicted", None, "main:1", 4295, 0),
    ("d-millibytes", "OOMKilled", "oom_killed", 137, "main:1", 129, 0),
    ("g-podlevel", "OOMKilled", "oom_killed", 137, "main:1", 2147, 0),
    ("h-restarting", "Error", "generic_error", 1, "main:1", 4295, 2),
    ("h-restarting", "OOMKilled", "oom_killed", 137, "main:1", 4295, 0),
    ("j-deadline", "DeadlineExceeded", "deadline_exceeded", 0, "main:1", 4295, 0),
    ("k-status-unknown", "Lost", "lost", 137, "main:1", 4295, 0),
    ("l-main-oom-sidecar-runs", "OOMKilled", "oom_killed", 137, "main:1", 8590, 0),
    ("o-start-error-1970", "Error", "cannot_run", 128, "main:1", 4295, 0),
    ("q-init-oom", "OOMKilled", "oom_killed", 137, "fetch:1", 4295, 0),
    ("svc-1", "OOMKilled", "oom_killed", 137, "i:1", 1074, 16),
    ("t-outofmemory-admission", INFRASTRUCTURE, "refused_by_node", None, "main:1", 4295, 0),
    ("u-sigterm-spot", INFRASTRUCTURE, "node_lost", 143, "main:1", 4295, 0),
    ("v-sigkill-noreason", "OOMKilled", "sigkill", 137, "main:1", 4295, 0),
    ("w-unicode", "OOMKilled", "sigkill", 137, "main:1", 4295, 0),
]


@pytest.mark.parametrize("target", TARGETS)
def test_failures_of_listings_are_what_they_should_be(
    both: dict[str, Project], target: str
) -> None:
    """The pods of cases/pods; h-restarting has failed twice, as two listings tell."""
    found = both[target].query(
        "select pod_name, failure_type, rule_name, exit_code,"
        " replace(image, 'reg.example.com/', ''), memory_mb, further_restart_count"
        f" from marts.failures__failures where {OF_LISTINGS} order by pod_name, exit_code"
    )
    assert found == FAILURES_OF_LISTINGS
    assert both[target].query(
        "select pod_name, exit_code, lost_gb_hours is not null from marts.failures__failures"
        f" where {OF_LISTINGS} and attempt_id like 'end:%' order by pod_name, exit_code"
    ) == [("h-restarting", 1, True), ("h-restarting", 137, True), ("svc-1", 137, True)]
    messages = "select char_length(message) from headroom_landed.landed_pods"
    assert both[target].query(f"{messages} where pod_name = 'w-unicode'") == [(26,)]


@pytest.mark.parametrize("target", TARGETS)
def test_a_pod_that_runs_again_is_open(both: dict[str, Project], target: str) -> None:
    """Its failed ends are ended attempts; its last try has neither ended nor failed."""
    found = both[target].query(
        "select job_name, outcome <> 'open', outcome = 'failed' from marts.attempts__attempts"
        " where job_name in ('h-restarting', 'l-main-oom-sidecar-runs') order by 1, 2, 3"
    )
    assert found == [
        ("h-restarting", False, False),
        ("h-restarting", True, True),
        ("h-restarting", True, True),
        ("l-main-oom-sidecar-runs", True, True),
    ]


def test_a_warehouse_without_failures_builds(project: Project) -> None:
    fill(project, [], {})
    build(project)
    assert not any(failures_of(project).values())
