"""Pods and events of Kubernetes: what explains a pod, what it asks for, and the forms."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from headroom.loads.failures import forms
from headroom.loads.failures.failures_read import KUBERNETES_EVENTS, POD_ENDS, PODS, FailuresRead
from headroom.loads.failures.values import is_never
from headroom.settings import PROJECT_DIR
from tests.unit.loads.test_failures import (
    OK,
    RUNNING,
    ended,
    make_pod,
    one_pod,
    read_json,
    reasons,
    rows,
    waiting,
)

CASES = PROJECT_DIR / "tests" / "cases"
AWKWARD = (CASES / "pods" / "pods_awkward.json").read_bytes()
ERROR = {"state": ended(1, "Error")}
MINUTES = [f"2026-01-20T10:{minute:02}:00Z" for minute in range(10)]


def listed(*pods: Any) -> FailuresRead:
    return read_json({"kind": "List", "items": list(pods)})


def at(minute: int, code: int, reason: str = "Error", **more: Any) -> dict[str, Any]:
    """Give an end at a minute past ten."""
    return ended(code, reason, finishedAt=MINUTES[minute], **more)


# The cases: what every pod says


CASES_OF_PODS = [
    ("a-native-sidecar", "Error", 1, "trainer:1", "5368.709120", False),
    ("b-plain-sidecar", "OOMKilled", 137, "trainer:1", "8589.934592", False),
    ("c-evicted", "Evicted", None, "main:1", "4294.967296", False),
    ("d-millibytes", "OOMKilled", 137, "main:1", "128.974848", False),
    ("g-podlevel", "OOMKilled", 137, "main:1", "2147.483648", False),
    ("h-restarting", "OOMKilled", 137, "main:1", "4294.967296", False),
    ("j-deadline", "DeadlineExceeded", 0, "main:1", "4294.967296", False),
    ("k-status-unknown", "ContainerStatusUnknown", 137, "main:1", "4294.967296", False),
    ("l-main-oom-sidecar-runs", "OOMKilled", 137, "main:1", "8589.934592", True),
    ("o-start-error-1970", "StartError", 128, "main:1", "4294.967296", False),
    ("q-init-oom", "OOMKilled", 137, "fetch:1", "4294.967296", False),
    ("t-outofmemory-admission", "OutOfmemory", None, "main:1", "4294.967296", False),
    ("u-sigterm-spot", "Terminated", 143, "main:1", "4294.967296", False),
    ("v-sigkill-noreason", "Error", 137, "main:1", "4294.967296", False),
]


def test_awkward_pods_say_what_happened() -> None:
    collected = read_json(AWKWARD)
    assert collected.tally.is_clean, collected.tally.shown
    found = [
        (
            row["pod_name"],
            row["reason"],
            row["exit_code"],
            row["image"].removeprefix("reg.example.com/"),
            str(row["memory_request_mb"]),
            row["cannot_succeed"],
        )
        for row in rows(collected, PODS)
    ]
    assert found == CASES_OF_PODS
    (end,) = rows(collected, POD_ENDS)
    (of_end,) = (row for row in rows(collected, PODS) if row["end_key"] == end["end_key"])
    assert (of_end["pod_name"], of_end["restart_count"]) == ("h-restarting", 3)
    assert (end["exit_code"], end["reason"], end["image"]) == (
        137,
        "OOMKilled",
        "reg.example.com/main:1",
    )


def test_a_restart_that_no_listing_tells_of_is_counted_only() -> None:
    collected = read_json((CASES / "pods" / "running_oom_restarts.json").read_bytes())
    assert collected.tally.is_clean
    (pod,) = rows(collected, PODS)
    (end,) = rows(collected, POD_ENDS)
    assert (pod["restart_count"], pod["phase"], pod["finished_at"]) == (17, "Running", None)
    assert pod["memory_request_mb"] == Decimal("1073.741824")  # the limit stands for it
    assert end["ended_at"] == datetime(2026, 11, 28, 9, 59, 59, tzinfo=UTC)
    assert end["pod_key"] == pod["pod_key"]


def test_text_comes_in_whole() -> None:
    (pod,) = rows(read_json((CASES / "pods" / "pods_unicode.json").read_bytes()), PODS)
    assert pod["message"] == "Speicher erschöpft → “OOM”"
    assert len(pod["message"]) == 26


# Which container explains a pod


def with_init(pod: Any, *statuses: dict[str, Any], policy: str | None = None) -> Any:
    """Give a pod init containers; with a policy Always they are sidecars."""
    names = [f"i{place}" for place in range(len(statuses))]
    pod["status"]["initContainerStatuses"] = [
        {**status, "name": name} for name, status in zip(names, statuses, strict=True)
    ]
    own = {"restartPolicy": policy} if policy else {}
    pod["spec"]["initContainers"] = [{"name": name, "image": name, **own} for name in names]
    return pod


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        # The first that failed, not the first of the list, and not what was stopped after it.
        (make_pod({"state": at(5, 143)}, {"state": at(4, 1)}), ("Error", 1, "image1")),
        (make_pod({"state": at(4, 2)}, {"state": at(5, 1)}), ("Error", 2, "image0")),
        # Within one second the one that was stopped is not why.
        (make_pod({"state": at(4, 137)}, {"state": at(4, 3)}), ("Error", 3, "image1")),
        # Out of memory counts before an end that was earlier.
        (
            make_pod({"state": at(3, 1)}, {"state": at(5, 137, "OOMKilled")}),
            ("OOMKilled", 137, "image1"),
        ),
        # An end whose moment nobody knows is not the first.
        (
            make_pod({"state": at(4, 137, "ContainerStatusUnknown")}, {"state": at(3, 1)}),
            ("Error", 1, "image1"),
        ),
        (with_init(make_pod(OK), {"state": at(4, 2)}), ("Error", 2, "i0")),
        (with_init(make_pod({"state": at(6, 1)}), {"state": at(4, 2)}), ("Error", 1, "image0")),
        (
            with_init(make_pod(OK), {"state": at(4, 137)}, policy="Always"),
            ("Completed", 0, "image0"),
        ),
        (
            with_init(
                make_pod({"state": waiting("PodInitializing")}, phase="Pending"),
                {"state": waiting("ImagePullBackOff")},
                policy="Always",
            ),
            ("ImagePullBackOff", None, "i0"),
        ),
        (
            with_init(
                make_pod(RUNNING, phase="Running"),
                {"state": waiting("CrashLoopBackOff"), "lastState": at(4, 1)},
                policy="Always",
            ),
            (None, None, "image0"),
        ),
        (
            with_init(
                make_pod({"state": waiting("PodInitializing")}, phase="Pending"),
                {"state": waiting("CrashLoopBackOff"), "lastState": at(4, 3)},
            ),
            ("CrashLoopBackOff", 3, "i0"),
        ),
        # It waits for an image now: its earlier end is not why.
        (
            make_pod({"state": waiting("ErrImagePull"), "lastState": at(4, 1)}, phase="Running"),
            ("ErrImagePull", None, "image0"),
        ),
        # An ephemeral container only looks on.
        (
            make_pod(OK, ephemeralContainerStatuses=[{"name": "debug", **ERROR}]),
            ("Completed", 0, "image0"),
        ),
        # Nothing failed: the pod is about its first container as written, whatever the status says.
        (
            make_pod(OK, {"state": ended(7, "Completed")}, phase="Succeeded"),
            ("Completed", 0, "image0"),
        ),
        (make_pod(reason="NodeLost", phase="Unknown"), ("NodeLost", None, None)),
        (make_pod(reason="UnexpectedAdmissionError"), ("UnexpectedAdmissionError", None, None)),
        (make_pod({"state": at(4, 143)}, reason="Preempting"), ("Preempting", 143, "image0")),
        (make_pod({"state": at(4, 143)}, reason="Shutdown"), ("Shutdown", 143, "image0")),
    ],
)
def test_which_container_explains_a_pod(pod: Any, expected: tuple[Any, ...]) -> None:
    pod["status"]["containerStatuses"].reverse()
    row = one_pod(pod)
    assert (row["reason"], row["exit_code"], row["image"]) == expected


@pytest.mark.parametrize(
    ("minute", "status", "reason"),
    [(3, "True", "OOMKilled"), (6, "True", "EvictionByEvictionAPI"), (6, "False", "OOMKilled")],
)
def test_a_container_that_failed_before_a_disruption_is_not_explained_by_it(
    minute: int, status: str, reason: str
) -> None:
    disruption = {
        "type": "DisruptionTarget",
        "status": status,
        "reason": "EvictionByEvictionAPI",
        "lastTransitionTime": MINUTES[5],
    }
    pod = make_pod({"state": at(minute, 137, "OOMKilled")}, conditions=[disruption])
    assert one_pod(pod)["reason"] == reason


def test_the_annotated_container_is_the_main_one() -> None:
    meta = {"annotations": {"kubectl.kubernetes.io/default-container": "c1"}}
    pod = make_pod(OK, OK, phase="Succeeded", meta=meta)
    assert one_pod(pod)["image"] == "image1"


# Failures of pods that still run


@pytest.mark.parametrize(
    ("policy", "own", "expected"),
    [
        ("Never", {}, (True, 0)),
        ("OnFailure", {}, (False, 1)),
        (None, {}, (False, 1)),  # Always is the default
        ("Never", {"restartPolicy": "OnFailure"}, (False, 1)),
        ("Always", {"restartPolicy": "Never"}, (True, 0)),
        ("Never", {"restartPolicyRules": [{"action": "Restart"}]}, (False, 1)),
    ],
)
def test_a_container_that_will_not_run_again_fails_its_pod(
    policy: str | None, own: Any, expected: tuple[bool, int]
) -> None:
    pod = make_pod({"state": at(4, 1)}, RUNNING, phase="Running")
    pod["spec"]["restartPolicy"] = policy
    pod["spec"]["containers"][0] |= own
    collected = listed(pod)
    (row,) = rows(collected, PODS)
    assert (row["cannot_succeed"], len(rows(collected, POD_ENDS))) == expected
    moment = datetime(2026, 1, 20, 10, 4, tzinfo=UTC) if expected[0] else None
    assert row["finished_at"] == moment


def test_an_end_has_the_same_key_in_every_listing() -> None:
    """While the container is at it, waits, runs again, and of a pod that is over."""
    end = at(4, 1, containerID="containerd://1")
    states: list[tuple[str, dict[str, Any]]] = [
        ("Running", {"state": end}),
        ("Running", {"state": waiting("CrashLoopBackOff"), "lastState": end}),
        ("Running", {**RUNNING, "lastState": end}),
        ("Succeeded", {**OK, "lastState": end}),
        ("Failed", {"state": at(6, 1), "lastState": end}),
    ]
    found = [rows(listed(make_pod(state, phase=phase)), POD_ENDS) for phase, state in states]
    assert len({one["end_key"] for (one,) in found}) == 1
    other = rows(listed(make_pod({**RUNNING, "lastState": at(5, 1)}, phase="Running")), POD_ENDS)
    assert other[0]["end_key"] != found[0][0]["end_key"]
    times = {"startedAt": None, "finishedAt": None}
    unknown = [ended(137, "ContainerStatusUnknown", **times, containerID=name) for name in "aab"]
    lost = [make_pod({**RUNNING, "lastState": end}, phase="Running") for end in unknown]
    keys = [rows(listed(pod), POD_ENDS)[0]["end_key"] for pod in lost]
    assert keys[0] == keys[1] != keys[2]


def test_ends_of_sidecars_and_good_ends_are_no_attempts() -> None:
    good = make_pod({**RUNNING, "lastState": at(4, 0, "Completed")}, phase="Running")
    assert not rows(listed(with_init(good, {"lastState": at(4, 1)}, policy="Always")), POD_ENDS)
    assert len(rows(listed(with_init(good, {"lastState": at(4, 1)})), POD_ENDS)) == 1
    # One that is being deleted is stopped, and will not start again.
    stopped = make_pod({"state": at(4, 143)}, phase="Running")
    stopped["metadata"]["deletionTimestamp"] = MINUTES[5]
    assert not rows(listed(stopped), POD_ENDS)


# What a pod asks for


def amount(request: int | None) -> dict[str, Any]:
    return {} if request is None else {"requests": {"memory": f"{request}M", "cpu": f"{request}m"}}


def asking(
    mains: list[int | None],
    inits: list[tuple[bool, int | None]] | None = None,
    whole: int | None = None,
    overhead: int | None = None,
) -> dict[str, Any]:
    """Give a pod whose containers ask for so many MB and thousandths of a core."""
    pod = make_pod(*([OK] * len(mains)), phase="Succeeded")
    for container, request in zip(pod["spec"]["containers"], mains, strict=True):
        container["resources"] = amount(request)
    pod["spec"]["initContainers"] = [
        {
            "name": f"i{place}",
            "resources": amount(request),
            **({"restartPolicy": "Always"} if is_sidecar else {}),
        }
        for place, (is_sidecar, request) in enumerate(inits or [])
    ]
    pod["spec"] |= {} if whole is None else {"resources": amount(whole)}
    pod["spec"] |= {} if overhead is None else {"overhead": amount(overhead)["requests"]}
    return pod


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (asking([4, 4]), 8),
        (asking([4, None]), 4),
        (asking([None]), None),
        (asking([4], [(False, 7), (False, 6)]), 7),
        (asking([4], [(True, 1), (False, 3)]), 5),
        (asking([4], [(True, 1), (False, 5), (True, 9)]), 14),
        # The sidecar that is started after an init container does not run beside it.
        (asking([1], [(False, 9), (True, 5)]), 9),
        (asking([None], [(False, 7)]), 7),
        (asking([4], whole=6), 6),
        (asking([4], whole=6, overhead=2), 8),
        (asking([4], overhead=2), 6),
        (asking([0]), 0),
    ],
)
def test_a_request_is_counted_as_the_scheduler_does(pod: Any, expected: int | None) -> None:
    row = one_pod(pod)
    assert (row["memory_request_mb"], row["cpu_request_millicores"]) == (expected, expected)


def test_a_limit_stands_for_a_missing_request() -> None:
    pod = asking([None, 3])
    pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": "5M"}}
    pod["spec"]["containers"][1]["resources"]["limits"] = {"memory": "9M"}
    assert one_pod(pod)["memory_request_mb"] == 8
    pod["spec"]["resources"] = {"limits": {"memory": "20M"}}
    assert one_pod(pod)["memory_request_mb"] == 8
    for container in pod["spec"]["containers"]:
        container["resources"] = {}
    assert one_pod(pod)["memory_request_mb"] == 20


def test_an_amount_that_cannot_be_read_leaves_no_sum() -> None:
    pod = asking([4, 4])
    pod["spec"]["containers"][1]["resources"]["requests"]["memory"] = "1Qi"
    collected = listed(pod)
    (row,) = rows(collected, PODS)
    assert (row["memory_request_mb"], row["cpu_request_millicores"]) == (None, 8)
    assert reasons(collected) == ["Pod: memory request has the unknown suffix Qi; the row is kept"]


# Times that mean never

TIMES = ("startedAt", "finishedAt", "creationTimestamp", "startTime", "lastTransitionTime")
NEVER = ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1970-01-01T02:00:00+02:00", None)


@pytest.mark.parametrize("never", NEVER)
def test_never_is_null_in_every_time(never: str | None) -> None:
    pod = make_pod(
        {"state": ended(1, "Error", startedAt=never, finishedAt=never)},
        {**RUNNING, "lastState": ended(1, "Error", startedAt=never, finishedAt=never)},
        meta={"creationTimestamp": never, "deletionTimestamp": never},
        startTime=never,
        conditions=[{"type": "Ready", "lastTransitionTime": never}],
    )
    pod["status"]["containerStatuses"].pop()
    row = one_pod(pod)
    assert {name: row[name] for name in row if name.endswith("_at")} == dict.fromkeys(
        ("created_at", "started_at", "last_started_at", "finished_at", "last_heard_at")
    )
    event = {"kind": "Event", "metadata": {"name": "e", "creationTimestamp": never}}
    event |= dict.fromkeys(("eventTime", "firstTimestamp", "lastTimestamp"), never)
    event |= {"series": {"count": 2, "lastObservedTime": never}}
    collected = read_json(event)
    assert collected.tally.is_clean
    (found,) = rows(collected, KUBERNETES_EVENTS)
    assert (found["first_seen_at"], found["last_seen_at"]) == (None, None)


def test_another_time_stands_where_the_first_means_never() -> None:
    event = {
        "kind": "Event",
        "metadata": {"name": "e", "creationTimestamp": MINUTES[1]},
        "firstTimestamp": "0001-01-01T00:00:00Z",
        "lastTimestamp": "1970-01-01T00:00:00Z",
    }
    (found,) = rows(read_json(event), KUBERNETES_EVENTS)
    assert (
        found["first_seen_at"] == found["last_seen_at"] == datetime(2026, 1, 20, 10, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize("written", ["1970-01-01T00:00:01Z", "2026-01-20", "soon", "", None, 0])
def test_other_values_do_not_mean_never(written: Any) -> None:
    assert not is_never(written)


# Forms


def one_by_one(text: str) -> FailuresRead:
    return read_json(text.encode())


def test_a_watch_of_events_is_read() -> None:
    collected = read_json((CASES / "events" / "events_watch.json").read_bytes())
    assert collected.tally.is_clean
    found = [
        (row["event_count"], row["first_seen_at"].isoformat(), row["last_seen_at"].isoformat())
        for row in rows(collected, KUBERNETES_EVENTS)
    ]
    assert found == [
        (1, "2025-11-20T09:59:00+00:00", "2025-11-20T09:59:00+00:00"),
        (5, "2025-11-20T09:30:00.123456+00:00", "2025-11-20T09:45:00.654321+00:00"),
    ]


@pytest.mark.parametrize("indent", [None, 1])
def test_all_changes_of_a_watch_are_read(indent: int | None) -> None:
    changes: list[Any] = [
        {"type": "ADDED", "object": make_pod(RUNNING, phase="Running")},
        {"type": "MODIFIED", "object": make_pod({"state": at(4, 1)})},
        {"type": "DELETED", "object": make_pod(OK, phase="Succeeded", meta={"uid": "v"})},
        {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "7"}}},
        {"type": "ERROR", "object": {"kind": "Status", "status": "Failure", "reason": "Expired"}},
    ]
    collected = one_by_one("\n".join(json.dumps(change, indent=indent) for change in changes))
    assert collected.tally.is_clean
    assert [row["phase"] for row in rows(collected, PODS)] == ["Running", "Failed", "Succeeded"]
    assert dict(collected.tally.skipped) == {"end of a watch that lasted too long": 1}


def test_an_error_of_the_server_is_named() -> None:
    status = {"kind": "Status", "status": "Failure", "reason": "Forbidden", "message": "no"}
    said = ["the API server answered with an error: Forbidden"]
    assert reasons(read_json(status)) == said
    assert reasons(read_json({"type": "ERROR", "object": status})) == said
    assert reasons(read_json({"kind": "Table", "rows": []})) == [
        "a table of the API server, not a listing: list again with `-o json`"
    ]


POD = {key: value for key, value in make_pod(ERROR).items() if key != "kind"}
BARE_EVENT = {"metadata": {"name": "e"}, "regarding": {"kind": "Pod", "name": "p"}, "note": "n"}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (POD, (1, 0)),
        (BARE_EVENT, (0, 1)),
        ([POD, BARE_EVENT], (1, 1)),
        ({"items": [POD, BARE_EVENT]}, (1, 1)),
        ({"kind": "List", "items": [POD, {**BARE_EVENT, "involvedObject": {"name": "p"}}]}, (1, 1)),
        ({"kind": "PodList", "items": [{"metadata": {"name": "p"}, "status": {}}]}, (1, 0)),
        ({"kind": "EventList", "items": [{"metadata": {"name": "e"}}]}, (0, 1)),
        # A template of pods is another kind.
        ({"kind": "List", "items": [{"metadata": {}, "spec": {"template": POD}}]}, (0, 0)),
    ],
)
def test_items_without_a_kind_are_told_by_their_fields(
    document: Any, expected: tuple[int, int]
) -> None:
    collected = read_json(document)
    assert (len(rows(collected, PODS)), len(rows(collected, KUBERNETES_EVENTS))) == expected
    assert collected.tally.is_clean


def as_yaml(document: Any, **options: Any) -> str:
    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    return yaml.dump(document, Dumper=Plain, **options)


class Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, Indented])
def test_yaml_says_what_json_says(dumper: Any) -> None:
    document = json.loads(AWKWARD)
    document["items"][0]["metadata"]["annotations"] = {"k": "- a\nitems:\n- b\n---\n\n  c: 'd'\n"}
    written = yaml.dump(document, Dumper=dumper)
    found, expected = one_by_one(written), read_json(document)
    assert found.tally.is_clean, found.tally.shown
    for table in (PODS, POD_ENDS):
        assert rows(found, table) == rows(expected, table)


def test_a_pod_a_watch_and_documents_of_yaml() -> None:
    pods = [make_pod(ERROR, meta={"uid": name, "creationTimestamp": MINUTES[1]}) for name in "ab"]
    change = as_yaml({"object": pods[0], "type": "ADDED"})
    later = as_yaml(pods[1]).replace(f"'{MINUTES[1]}'", MINUTES[1])  # a bare time
    collected = one_by_one(f"---\n{change}---\n{later}...\n---\n".replace("\n", "\r\n"))
    assert collected.tally.is_clean, collected.tally.shown
    found = rows(collected, PODS)
    assert [row["pod_uid"] for row in found] == ["a", "b"]
    assert {row["created_at"] for row in found} == {datetime(2026, 1, 20, 10, 1, tzinfo=UTC)}


def test_yaml_that_is_cut_loses_its_last_object() -> None:
    pods = [make_pod(ERROR, meta={"uid": name}) for name in "abc"]
    written = as_yaml({"apiVersion": "v1", "items": pods, "kind": "List"})
    for cut in (written.index("uid: c"), written.index("kind: List")):
        collected = one_by_one(written[:cut])
        assert [row["pod_uid"] for row in rows(collected, PODS)] == ["a", "b"]
        assert reasons(collected)[0].startswith("the YAML is cut off")


LEVELS = [f"l{level}" for level in range(1, 12)]
BOMB = "l0: &l0 [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*l{place}'] * 9)}]\n" for place, name in enumerate(LEVELS)
)


@pytest.mark.parametrize(
    "value",
    [
        BOMB,
        BOMB.replace("[x, x]", "{x: 1}").replace(": &l", ": {<<: &l").replace("]\n", "]}\n"),
        "metadata: " + "[" * 100_000,
        "metadata: " + "{a: " * 100_000,
        "metadata: !!python/object/apply:os.system [true]\nspec: *gone\n",
        "? [a]\n: b\n",
    ],
)
def test_yaml_that_would_blow_up_is_refused(value: str) -> None:
    collected = one_by_one(f"kind: Pod\n{value}")
    assert set(reasons(collected)) <= {
        "a piece of the YAML cannot be read: list again with `-o json`",
        "Pod: it has no name",
    }
    assert not rows(collected, PODS)
    assert reasons(collected)


def test_yaml_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MAX_YAML", 100)
    (said,) = reasons(one_by_one(as_yaml(make_pod(ERROR))))
    assert "list again with `-o json`" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "NAME   READY   STATUS    RESTARTS   AGE\np      1/1     Running   0          1d\n",
            "table",
        ),
        ("NAMESPACE   NAME   READY\nd   p   1/1\n", "table"),
        (
            "LAST SEEN   TYPE      REASON    OBJECT   MESSAGE\n1m  Normal  Pulled  pod/p  m\n",
            "table",
        ),
        ("NAME READY\n", "neither"),
        ("pod/a\npod/b\n", "table"),
        ("Name:             p\nNamespace:        d\nPriority:         0\n", "describe"),
        ("No resources found in default namespace.\n", "without a listing"),
        ('Error from server (NotFound): pods "p" not found\n', "without a listing"),
        ("error: You must be logged in to the server\n", "without a listing"),
    ],
)
def test_other_forms_are_named(text: str, said: str) -> None:
    (reason,) = reasons(one_by_one(text))
    assert said in reason
    assert ("-o json" in reason) == (said != "neither")


# What holds of any pod

STATES = st.sampled_from(
    [
        OK,
        RUNNING,
        ERROR,
        *({"state": at(minute, code)} for minute in (1, 2) for code in (1, 143)),
        *({"state": at(minute, 137, "OOMKilled")} for minute in (1, 2)),
        {"state": waiting("CrashLoopBackOff"), "lastState": at(3, 1)},
        {"state": waiting("ImagePullBackOff")},
        {**RUNNING, "lastState": at(3, 137, "OOMKilled"), "restartCount": 4},
    ]
)  # fmt: skip
PHASES = st.sampled_from(["Running", "Failed", "Succeeded", "Pending"])


@given(st.lists(STATES, min_size=1, max_size=4), st.lists(STATES, max_size=2), PHASES, st.data())
def test_the_order_of_containers_does_not_matter(
    mains: list[Any], inits: list[Any], phase: str, data: st.DataObject
) -> None:
    """Neither in the status, nor in the specification where a container failed."""
    pod = with_init(make_pod(*mains, phase=phase), *inits)
    before = listed(pod)
    for name in ("containerStatuses", "initContainerStatuses"):
        pod["status"][name] = data.draw(st.permutations(pod["status"][name]))
    assert rows(listed(pod), PODS) == rows(before, PODS)
    assert rows(listed(pod), POD_ENDS) == rows(before, POD_ENDS)
    pod["spec"]["containers"] = data.draw(st.permutations(pod["spec"]["containers"]))
    if rows(before, PODS)[0]["end_key"]:
        assert rows(listed(pod), PODS) == rows(before, PODS)


@given(st.lists(STATES, min_size=1, max_size=3), PHASES)
def test_a_listing_read_twice_has_the_same_rows(mains: list[Any], phase: str) -> None:
    pod = make_pod(*mains, phase=phase)
    once, twice = listed(pod), listed(pod, pod)
    for table, key in ((PODS, "pod_key"), (POD_ENDS, "end_key")):
        found = {row[key]: row for row in rows(twice, table)}
        assert list(found.values()) == rows(once, table)


AMOUNTS = st.none() | st.integers(0, 50)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=4),
    st.lists(st.tuples(st.booleans(), AMOUNTS), max_size=4),
    st.none() | st.integers(0, 9),
)
def test_a_request_is_never_below_what_one_container_asks_for(
    mains: list[int | None], inits: list[tuple[bool, int | None]], overhead: int | None
) -> None:
    found = one_pod(asking(mains, inits, overhead=overhead))["memory_request_mb"]
    stated = [one for one in (*mains, *(amount for _, amount in inits)) if one is not None]
    assert (found is None) == (not stated)
    assert found is None or found >= max(stated) + (overhead or 0)
    together = sum(filter(None, [*mains, *(amount for is_sidecar, amount in inits if is_sidecar)]))
    assert found is None or found >= together


@given(st.text(max_size=40))
def test_any_text_is_stored_whole_or_with_marks_for_what_is_no_character(message: str) -> None:
    """A database cannot hold halves of surrogate pairs and NUL."""
    pod = make_pod({"state": ended(1, "Error", message=f"<{message}>")})
    raw = json.dumps({"kind": "List", "items": [pod]}).encode()
    (row,) = rows(read_json(raw), PODS)
    assert row["message"] is not None
    assert len(row["message"]) == len(f"<{message}>") or "***" in row["message"]


def test_what_is_no_character_is_marked() -> None:
    pod = make_pod({"state": ended(1, "Error", message="a\ud800b\x00c")})
    assert one_pod(pod)["message"] == "a\ufffdb\ufffdc"


def test_cases_are_those_of_the_shared_folder() -> None:
    """Where the shared folder lies beside the checkout."""
    shared = PROJECT_DIR.parent / "shared" / "cases"
    for folder in ("pods", "events"):
        for path in sorted((shared / folder).glob("*.json")):
            assert path.read_bytes() == Path(CASES, folder, path.name).read_bytes()
