"""The check history: a synthetic month of failures in which the published example holds.

`python -m tests.support.check_history` writes samples/failures/. The figures that must come out are
in tests/expected/failures_published.csv. Its dates lie behind the reference fleet's.
"""

import gzip
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from headroom.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "samples" / "failures"
LAST_DAY = date(2026, 1, 25)
FIRST_WINDOW_DAY = LAST_DAY - timedelta(days=6)
PYTORCH = "pytorch/pytorch:2.0-cuda11.8"
REGISTRY = "registry.example.com"
IMAGES = {
    "ml-team": ("ml/bert:1.4", "ml/llm:0.9", "ml/vision:2.2", "ml/tokenizer:3.0"),
    "data-science": ("ds/features:1.1", "ds/notebook:5"),
    "research": ("research/protein:0.3", "research/sim:7"),
    "production": ("prod/serve:12", "prod/batch:4"),
}
USERS = {
    "ml-team": ("ana", "ben", "chen"),
    "data-science": ("dana", "emil"),
    "research": ("fay", "gus"),
    "production": ("hana", "ivo"),
}
ORDINARY_NODES = [f"gpu-node-{number:02d}" for number in range(1, 13) if number not in (3, 7)]
MESSAGES = {
    "OOMKilled": "Container killed due to memory limit",
    "ImagePullBackOff": "Back-off pulling image",
    "CrashLoopBackOff": "back-off 5m0s restarting failed container",
    "Pending": "0/12 nodes are available: 12 Insufficient nvidia.com/gpu.",
    "Error": "Process exited with code 1",
}
CUDA, CUDNN = "CUDA version mismatch", "Missing libcudnn.so"

# The failures of the last seven days: day of the window, hour, job, project, type, node, image (by
# its place in the project's list, or its name), memory in Gi, message where it is a special one.
Failure = tuple[int, int, str, str, str, str | None, int | str, int, str | None]
FAILURES: list[Failure] = [
    (0, 14, "bert-train", "ml-team", "OOMKilled", "gpu-node-03", 0, 8, None),
    (0, 16, "bert-train", "ml-team", "OOMKilled", "gpu-node-03", 0, 8, None),
    (1, 14, "llm-finetune", "ml-team", "OOMKilled", "gpu-node-03", 1, 16, None),
    (1, 16, "llm-finetune", "ml-team", "OOMKilled", "gpu-node-03", 1, 24, None),
    (2, 10, "vision-augment", "ml-team", "ImagePullBackOff", "gpu-node-03", 2, 16, None),
    (2, 11, "vision-augment", "ml-team", "ImagePullBackOff", "gpu-node-03", 2, 16, None),
    (2, 15, "feature-build", "data-science", "OOMKilled", "gpu-node-03", 0, 8, None),
    (3, 14, "feature-build", "data-science", "CrashLoopBackOff", "gpu-node-03", 0, 16, None),
    (3, 15, "protein-fold", "research", "OOMKilled", "gpu-node-03", 0, 8, None),
    (4, 8, "serve-batch", "production", "ImagePullBackOff", "gpu-node-03", 0, 8, None),
    (4, 15, "cuda-evaluate", "data-science", "Error", "gpu-node-03", PYTORCH, 16, CUDA),
    (5, 16, "cuda-simulate", "research", "Error", "gpu-node-03", PYTORCH, 16, CUDNN),
    (0, 15, "tokenizer", "ml-team", "OOMKilled", "gpu-node-07", 3, 8, None),
    (1, 7, "tokenizer", "ml-team", "ImagePullBackOff", "gpu-node-07", 3, 16, None),
    (3, 16, "notebook", "data-science", "OOMKilled", "gpu-node-07", 1, 8, None),
    (4, 14, "score-nightly", "production", "OOMKilled", "gpu-node-07", 0, 8, None),
    (5, 4, "sim-sweep", "research", "ImagePullBackOff", "gpu-node-07", 1, 8, None),
    (5, 14, "score-nightly", "production", "Error", "gpu-node-07", PYTORCH, 8, CUDA),
    (1, 21, "cuda-benchmark", "data-science", "CrashLoopBackOff", "gpu-node-05", PYTORCH, 16, CUDA),
    (6, 15, "cuda-train", "research", "CrashLoopBackOff", "gpu-node-09", PYTORCH, 16, CUDNN),
    (6, 18, "export", "production", "CrashLoopBackOff", "gpu-node-12", 1, 8, None),
    (6, 1, "wide-sweep", "data-science", "Pending", None, 1, 64, None),
    (6, 13, "protein-large", "research", "Pending", None, 0, 128, None),
]
# The next success of a job after a failure: its place above, hours later, node, memory in Gi, and
# how it was resolved. Jobs without one are still failing.
RECOVERIES: list[tuple[int, int, str, int, str]] = [
    (1, 2, "gpu-node-01", 16, "increase_memory"),
    (3, 3, "gpu-node-03", 32, "increase_memory"),
    (5, 4, "gpu-node-02", 16, "fix_image"),
    (6, 5, "gpu-node-02", 16, "increase_memory"),
    (7, 6, "gpu-node-06", 16, "restart"),
    (8, 2, "gpu-node-06", 8, "retry"),
    (9, 3, "gpu-node-08", 8, "fix_credentials"),
    (10, 20, "gpu-node-10", 16, "change_image"),
    (12, 4, "gpu-node-04", 16, "increase_memory"),
    (13, 9, "gpu-node-04", 16, "fix_credentials"),
    (14, 2, "gpu-node-07", 16, "increase_memory"),
    (16, 6, "gpu-node-11", 8, "fix_image"),
    (18, 30, "gpu-node-05", 16, "change_image"),
]
ATTEMPTS = {"gpu-node-03": 16, "gpu-node-07": 10, **dict.fromkeys(ORDINARY_NODES, 15)}

# The rest of the last thirty days, and some days before them.
EARLIER_TYPES = {"OOMKilled": 36, "ImagePullBackOff": 18, "CrashLoopBackOff": 8, "Error": 2}
EARLIER_PENDING = 6
EARLIER_PROJECTS = {"ml-team": 30, "data-science": 16, "research": 13, "production": 11}
EARLIER_NODES = {"gpu-node-03": 13, "gpu-node-07": 12, "gpu-node-12": 11}
BEFORE_THAT = 12

SOLUTIONS = [
    ("OOMKilled", "Increase memory limit from 8Gi to 16Gi", 6, 1),
    ("OOMKilled", "Add memory profiling and optimize data loading", 3, 1),
    ("OOMKilled", "Enable gradient checkpointing to reduce memory usage", 2, 1),
    ("ImagePullBackOff", "Check registry credentials", 11, 1),
    ("ImagePullBackOff", "Pin the image to its digest", 1, 0),
    ("CrashLoopBackOff", "Verify entrypoint command", 7, 2),
]
CORRELATIONS = [
    ("node", "gpu-node-03", 25),
    ("node", "gpu-node-07", 18),
    ("node", "gpu-node-12", 12),
    ("node", "unknown", 8),
    ("image", PYTORCH, 5),
    ("project", "ml-team", 38),
    ("project", "data-science", 22),
    ("project", "research", 18),
    ("project", "production", 15),
]
SCHEMA = """
create table failure_events (
    id integer primary key autoincrement, job_name text, project text, failure_type text,
    phase text, timestamp text, pod_name text, node_name text, container_image text,
    error_message text, logs_snippet text, events_snippet text, gpu_count integer,
    memory_request text, cpu_request text, resolved integer default 0, resolution_type text,
    resolution_timestamp text, auto_remediated integer default 0
);
create table failure_solutions (
    id integer primary key autoincrement, failure_type text, description text,
    success_count integer default 0, failure_count integer default 0, last_used text,
    created_at text, unique (failure_type, description)
);
create table failure_correlations (
    id integer primary key autoincrement, type text, value text, failure_count integer,
    first_seen text, last_seen text, unique (type, value)
);
"""


@dataclass(frozen=True)
class Attempt:
    """A pod: a failure or a success of a job; `failure_type` is None for a success."""

    job: str
    number: int
    project: str
    node: str | None
    image: str
    memory_gi: int
    started_at: datetime
    ended_at: datetime
    failure_type: str | None = None
    message: str | None = None

    @property
    def pod(self) -> str:
        return f"{self.job}-{self.number}-0"

    @property
    def user(self) -> str:
        users = USERS[self.project]
        return users[(len(self.job) + self.number) % len(users)]


def image_of(project: str, image: int | str) -> str:
    return image if isinstance(image, str) else f"{REGISTRY}/{IMAGES[project][image]}"


def at(day: int, hour: int, minute: int) -> datetime:
    """Give a moment of the last seven days."""
    first = datetime(*FIRST_WINDOW_DAY.timetuple()[:3], tzinfo=UTC)
    return first + timedelta(days=day, hours=hour, minutes=minute)


def failed_attempts() -> list[Attempt]:
    """Give the failures of the last seven days, in the order of FAILURES."""
    found, numbers = [], dict[str, int]()
    for place, (day, hour, job, project, kind, node, image, memory, message) in enumerate(FAILURES):
        numbers[job] = numbers.get(job, 0) + 1
        found.append(
            Attempt(
                job,
                numbers[job],
                project,
                node,
                image_of(project, image),
                memory,
                at(day, hour, 5),
                at(day, hour, 20 + place),
                kind,
                message or MESSAGES[kind],
            )
        )
    return found


def recoveries(failures: list[Attempt]) -> list[Attempt]:
    """Give the successes that follow failures of the same job."""
    found = []
    for place, hours, node, memory, _ in RECOVERIES:
        failure = failures[place]
        image = failure.image
        if image == PYTORCH:
            image = image_of(failure.project, 0)
        started = failure.ended_at + timedelta(hours=hours - 1)
        ended = failure.ended_at + timedelta(hours=hours)
        number = 10 + place
        found.append(
            Attempt(failure.job, number, failure.project, node, image, memory, started, ended)
        )
    return found


def ordinary_successes(taken: list[Attempt]) -> Iterator[Attempt]:
    """Give successes of other jobs until each node has its number of attempts."""
    place = 0
    for node, attempts in ATTEMPTS.items():
        for _ in range(attempts - sum(attempt.node == node for attempt in taken)):
            place += 1
            project = list(IMAGES)[place % 4]
            images = IMAGES[project]
            image = PYTORCH if place % 29 == 0 else image_of(project, place // 4 % len(images))
            started = at(place % 7, place * 7 % 24, place % 50)
            ended = min(started + timedelta(minutes=20 + place % 90), at(6, 23, 58))
            job = f"{project}-batch-{place // 4 % 6}"
            memory = (8, 16, 32)[place % 3]
            yield Attempt(job, place, project, node, image, memory, started, ended)


def attempts() -> list[Attempt]:
    """Give all pods of the last seven days."""
    failures = failed_attempts()
    known = [*failures, *recoveries(failures)]
    return [*known, *ordinary_successes(known)]


def earlier_failures() -> Iterator[Attempt]:
    """Give the failures before the last seven days; their pods are gone."""
    dice = random.Random(20260125)  # noqa: S311
    types = [kind for kind, count in EARLIER_TYPES.items() for _ in range(count)]
    projects = [project for project, count in EARLIER_PROJECTS.items() for _ in range(count)]
    nodes = [node for node, count in EARLIER_NODES.items() for _ in range(count)]
    others = [node for node in ORDINARY_NODES if node != "gpu-node-12"]
    nodes += [others[place % len(others)] for place in range(len(types) - len(nodes))]
    dice.shuffle(types)
    dice.shuffle(projects)
    types += ["Pending"] * EARLIER_PENDING
    placed: list[str | None] = [*nodes, *[None] * EARLIER_PENDING]
    for place, (kind, project, node) in enumerate(zip(types, projects, placed, strict=True)):
        day = -1 - place * 11 % 23
        yield _earlier(place, day, project, kind, node)
    for place in range(BEFORE_THAT):
        project = list(IMAGES)[place % 4]
        node = others[place % len(others)]
        yield _earlier(100 + place, -24 - place % 7, project, "OOMKilled", node)


def _earlier(place: int, day: int, project: str, kind: str, node: str | None) -> Attempt:
    images = IMAGES[project]
    started = at(day, (9 + place * 5) % 24, place % 30)
    ended = started + timedelta(minutes=25)
    job = f"{project}-train-{place % 9}"
    image = image_of(project, place % len(images))
    memory = (8, 16, 32)[place % 3]
    return Attempt(
        job, 200 + place, project, node, image, memory, started, ended, kind, MESSAGES[kind]
    )


def event_rows() -> list[tuple[Any, ...]]:
    """Give the rows of failure_events, oldest first, written as such histories write them."""
    failures = failed_attempts()
    solved = {failures[place].pod: (how, hours) for place, hours, _, _, how in RECOVERIES}
    rows = []
    ordered = sorted([*failures, *earlier_failures()], key=lambda one: (one.ended_at, one.pod))
    for place, failure in enumerate(ordered):
        stamp = failure.ended_at.strftime("%Y-%m-%d %H:%M:%S")
        how, hours = solved.get(failure.pod, (None, 0))
        resolved = (failure.ended_at + timedelta(hours=hours)).isoformat() if how else None
        memory = failure.memory_gi
        rows.append(
            (
                failure.job,
                failure.project,
                failure.failure_type,
                failure.failure_type,
                # Three ways to write the same zone.
                (stamp, stamp.replace(" ", "T"), stamp.replace(" ", "T") + "+00:00")[place % 3],
                failure.pod,
                failure.node or "unknown",
                failure.image,
                failure.message,
                f"step {100 + place}: {failure.message}",
                None,
                1 + place % 4,
                f"{memory * 1024}Mi" if place % 2 else f"{memory}Gi",
                "4" if place % 2 else "4000m",
                int(how is not None),
                how,
                resolved,
                int(how == "restart"),
            )
        )
    return rows


def write_history(path: Path) -> None:
    """Write the SQLite history."""
    path.unlink(missing_ok=True)
    seen = ("2025-12-27T00:00:00", "2026-01-25T18:40:00")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        marks = ", ".join("?" * 18)
        database.executemany(
            f"insert into failure_events values (null, {marks})",
            event_rows(),
        )
        database.executemany(
            "insert into failure_solutions values (null, ?, ?, ?, ?, ?, ?)",
            [(*row, "2026-01-24T10:00:00", "2025-12-20T10:00:00") for row in SOLUTIONS],
        )
        database.executemany(
            "insert into failure_correlations values (null, ?, ?, ?, ?, ?)",
            [(*row, *seen) for row in CORRELATIONS],
        )
        database.commit()
        database.execute("vacuum")


def moment(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def states(attempt: Attempt) -> tuple[str, dict[str, Any]]:
    """Give the phase and the container's status of a pod."""
    ran = {"startedAt": moment(attempt.started_at), "finishedAt": moment(attempt.ended_at)}
    kind, message = attempt.failure_type, attempt.message
    if kind is None:
        ended = {"exitCode": 0, "reason": "Completed", **ran}
        return "Succeeded", {"state": {"terminated": ended}, "restartCount": 0}
    if kind in ("OOMKilled", "Error"):
        ended = {"exitCode": 137 if kind == "OOMKilled" else 1, "reason": kind, **ran}
        ended["message"] = message
        return "Failed", {"state": {"terminated": ended}, "restartCount": 0}
    waiting = {"waiting": {"reason": kind, "message": MESSAGES[kind]}}
    if kind == "ImagePullBackOff":
        return "Failed", {"state": waiting, "restartCount": 0}
    last = {"terminated": {"exitCode": 1, "reason": "Error", "message": message, **ran}}
    phase = "Running" if attempt.job == "export" else "Failed"
    return phase, {"state": waiting, "lastState": last, "restartCount": 5}


def pod(attempt: Attempt, place: int) -> dict[str, Any]:
    """Give a pod as kubectl lists it."""
    memory = f"{attempt.memory_gi}Gi"
    condition = {"lastTransitionTime": moment(attempt.ended_at)}
    if attempt.failure_type == "Pending":
        phase, containers = "Pending", []
        condition |= {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        condition["message"] = MESSAGES["Pending"]
    else:
        phase, container = states(attempt)
        containers = [{"name": "main", "image": attempt.image, **container}]
        condition |= {"type": "Ready", "status": "False"}
    spec: dict[str, Any] = {"nodeName": attempt.node} if attempt.node else {}
    resources = {
        "requests": {"cpu": "4", "memory": memory},
        "limits": {"nvidia.com/gpu": "1", "memory": memory},
    }
    spec["containers"] = [{"name": "main", "image": attempt.image, "resources": resources}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": attempt.pod,
            "namespace": f"runai-{attempt.project}",
            "uid": f"00000000-0000-4000-8000-{place:012d}",
            "creationTimestamp": moment(attempt.started_at - timedelta(minutes=1)),
            "labels": {"workloadName": attempt.job, "user": attempt.user},
        },
        "spec": spec,
        "status": {"phase": phase, "conditions": [condition], "containerStatuses": containers},
    }


def events() -> list[dict[str, Any]]:
    """Give the events that explain failures, in both versions of the interface."""
    reasons = {
        "ImagePullBackOff": "BackOff",
        "CrashLoopBackOff": "BackOff",
        "Pending": "FailedScheduling",
    }
    found: list[dict[str, Any]] = []
    for place, attempt in enumerate(failed_attempts()):
        if attempt.failure_type not in reasons:
            continue
        namespace = f"runai-{attempt.project}"
        about = {"kind": "Pod", "name": attempt.pod, "namespace": namespace}
        name = f"{attempt.pod}.{place:04x}"
        common = {
            "kind": "Event",
            "type": "Warning",
            "reason": reasons[attempt.failure_type],
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": f"00000000-0000-4000-9000-{place:012d}",
            },
        }
        began, ended = moment(attempt.started_at), moment(attempt.ended_at)
        host = {"component": "kubelet", "host": attempt.node} if attempt.node else {}
        if place % 2:
            found.append(
                {
                    **common,
                    "apiVersion": "events.k8s.io/v1",
                    "regarding": about,
                    "note": attempt.message,
                    "eventTime": began.replace("Z", ".000000Z"),
                    "series": {"count": 4, "lastObservedTime": ended.replace("Z", ".000000Z")},
                    "deprecatedSource": host,
                }
            )
        else:
            found.append(
                {
                    **common,
                    "apiVersion": "v1",
                    "involvedObject": about,
                    "message": attempt.message,
                    "count": 4,
                    "firstTimestamp": began,
                    "lastTimestamp": ended,
                    "source": host,
                }
            )
    return found


def listing(items: list[dict[str, Any]]) -> bytes:
    """Write a list as `kubectl get -o json` does."""
    document = {"apiVersion": "v1", "kind": "List", "items": items}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def pods_listing() -> bytes:
    return listing([pod(attempt, place) for place, attempt in enumerate(attempts())])


def write(folder: Path = FOLDER) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_history(folder / "history.db")
    (folder / "pods.json.gz").write_bytes(gzip.compress(pods_listing(), mtime=0))
    (folder / "events.json").write_bytes(listing(events()))


if __name__ == "__main__":
    write()
