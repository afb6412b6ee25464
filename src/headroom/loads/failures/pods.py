"""A pod as an attempt of a job: what it asked for, how it ended, and which container is why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from headroom.landed.rejects import digest
from headroom.loads.failures.containers import (
    Cause,
    Container,
    cannot_succeed,
    cause_of,
    containers_of,
    failed_ends,
    main_container,
    when,
)
from headroom.loads.failures.objects import Fields, first, objects, part
from headroom.loads.failures.requests import asked_by
from headroom.loads.failures.values import Problems, count, first_time, listed_instant, text
from headroom.reading.values import BadValueError

JOB_LABELS = (
    "batch.kubernetes.io/job-name",
    "job-name",
    "workloadName",
    "training.kubeflow.org/job-name",
)
PROJECT_LABELS = ("project", "runai/project")
NAMESPACE_PREFIX = "runai-"
ENDED = ("Succeeded", "Failed")
MAX_EXIT_CODE = 2**31 - 1


def pod_rows(pod: Fields, source: str, problems: Problems) -> tuple[Fields, list[Fields]]:
    """Give the row of `landed_pods`, and those of `landed_pod_ends`: ends before a restart.

    Raises BadValueError where the pod has no name.
    """
    metadata, spec, status = part(pod, "metadata"), part(pod, "spec"), part(pod, "status")
    labels = {**part(metadata, "annotations"), **part(metadata, "labels")}
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    uid = text(metadata.get("uid"))
    if name is None:
        raise BadValueError("it has no name")
    pod_key = digest(uid or f"{namespace or ''}\x1f{name}")
    # Unknown is a phase: the node does not answer.
    phase = str(status.get("phase") or "Unknown")[:50]
    containers = containers_of(pod)
    cause = cause_of(containers, phase)
    shown = cause.container if cause else main_container(pod, containers)
    reason, message = _reason(status, phase, cause.told if cause else shown.ended, cause)
    is_over = phase in ENDED or "deletionTimestamp" in metadata
    asked = asked_by(spec, problems)
    row = {
        "pod_key": pod_key,
        "pod_uid": uid,
        "source": source,
        "namespace": namespace,
        "project": text(first(*(labels.get(label) for label in PROJECT_LABELS)))
        or (namespace.removeprefix(NAMESPACE_PREFIX) if namespace else None),
        "pod_name": name,
        "job_name": _job(metadata, labels) or name,
        "user_name": text(labels.get("user")),
        "node_name": text(spec.get("nodeName")),
        "image": shown.image,
        "container_name": text(shown.name),
        "phase": phase,
        "created_at": problems.read(
            listed_instant, "creationTimestamp", metadata.get("creationTimestamp")
        ),
        **_times(pod, containers, shown, cause, problems),
        "exit_code": problems.read(
            count, "exitCode", (cause.told if cause else shown.ended).get("exitCode"), MAX_EXIT_CODE
        ),
        "reason": reason,
        "waiting_reason": _waiting(containers, cause),
        "message": message,
        "cannot_succeed": phase not in ENDED and cannot_succeed(containers),
        "end_key": _end_key(pod_key, cause) if cause and cause.end else None,
        "restart_count": _restarts(containers, problems),
        "gpu_count": asked.gpus,
        "memory_request_mb": asked.memory.mb,
        "has_memory_overflow": asked.memory.has_overflow,
        "cpu_request_millicores": asked.cpu_millicores,
    }
    ends = failed_ends(containers, is_over=is_over)
    return row, [_end_row(pod_key, end, problems) for end in ends]


def _end_row(pod_key: str, cause: Cause, problems: Problems) -> Fields:
    """Give the row of a failed end after which the container was started again."""
    end = cause.end
    return {
        "end_key": _end_key(pod_key, cause),
        "pod_key": pod_key,
        "container_name": text(cause.container.name),
        "image": cause.container.image,
        "exit_code": problems.read(count, "exitCode", end.get("exitCode"), MAX_EXIT_CODE),
        "reason": text(end.get("reason")),
        "message": text(end.get("message")),
        "started_at": problems.read(listed_instant, "startedAt", end.get("startedAt")),
        "ended_at": problems.read(listed_instant, "finishedAt", end.get("finishedAt")),
    }


def _end_key(pod_key: str, cause: Cause) -> str:
    """Identify an end by pod, container and moment; one without a moment by what else is known."""
    ended = when(cause.end.get("finishedAt"))
    told = first(cause.end.get("containerID"), cause.end.get("startedAt"))
    moment = ended.isoformat() if ended else text(told)
    return digest(f"{pod_key}\x1f{cause.container.name}\x1f{moment or ''}")


def _job(metadata: Fields, labels: Fields) -> str | None:
    """Name the job: by a label, else by the owner; a replica set stands for its deployment."""
    named = text(first(*(labels.get(label) for label in JOB_LABELS)))
    owners = objects(metadata, "ownerReferences")
    owner = next((owner for owner in owners if owner.get("controller") is True), None)
    if named or not (owner or owners):
        return named
    chosen = owner or owners[0]
    name = text(chosen.get("name"))
    template = text(labels.get("pod-template-hash"))
    if name and template and chosen.get("kind") == "ReplicaSet":
        return name.removesuffix(f"-{template}")
    return None if chosen.get("kind") == "Node" else name


def _reason(
    status: Fields, phase: str, told: Fields, cause: Cause | None
) -> tuple[str | None, str | None]:
    """Give reason and message: the pod's own (evicted, past its deadline, node lost) come first.

    A container that had failed before the disruption began is not explained by it.
    """
    conditions = objects(status, "conditions")
    by_type = {str(condition.get("type")): condition for condition in conditions}
    disrupted = by_type.get("DisruptionTarget", {}) if phase == "Failed" else {}
    if disrupted.get("status") == "False":
        disrupted = {}
    scheduled = by_type.get("PodScheduled", {})
    unscheduled = scheduled if scheduled.get("status") == "False" else {}
    ended = when(cause.end.get("finishedAt")) if cause else None
    began = when(disrupted.get("lastTransitionTime"))
    order = [status, disrupted, told, unscheduled]
    if ended and began and ended < began:
        order = [told, status, disrupted, unscheduled]
    for one in order:
        if text(one.get("reason")):
            return text(one.get("reason")), text(first(one.get("message"), told.get("message")))
    return None, text(first(status.get("message"), told.get("message")))


def _waiting(containers: Sequence[Container], cause: Cause | None) -> str | None:
    """Give why the explaining container waits, else another one that can explain."""
    named = [cause.container] if cause else []
    others = [one for one in containers if one.role != "sidecar"]
    return next((one.trouble for one in (*named, *others) if one.trouble), None)


def _times(
    pod: Fields,
    containers: Sequence[Container],
    shown: Container,
    cause: Cause | None,
    problems: Problems,
) -> Fields:
    """Give when a pod started first and last, when it ended, and when it was last heard of."""
    started = _read_times(problems, "startedAt", map(_first_start, containers))
    lasts = (shown.ended.get("startedAt"), part(shown.status, "state", "running").get("startedAt"))
    phase = part(pod, "status").get("phase")
    finished = _finished(pod, containers, problems) if phase in ENDED else None
    if phase not in ENDED and cause and cannot_succeed([cause.container]):
        finished = when(cause.end.get("finishedAt"))
    return {
        "started_at": min(started, default=None),
        "last_started_at": when(first_time(*lasts)),
        "finished_at": finished,
        "last_heard_at": max(filter(None, map(when, _heard(pod, containers))), default=None),
    }


def _first_start(one: Container) -> Any:
    """Give when a container started first, as far as its states still tell."""
    states = (one.last, one.ended, part(one.status, "state", "running"))
    return first_time(*(state.get("startedAt") for state in states))


def _heard(pod: Fields, containers: Sequence[Container]) -> list[Any]:
    """Give all moments of a listing."""
    status = part(pod, "status")
    states = [
        state
        for one in containers
        for state in (one.last, one.ended, part(one.status, "state", "running"))
    ]
    return [
        part(pod, "metadata").get("creationTimestamp"),
        status.get("startTime"),
        *(one.get("lastTransitionTime") for one in objects(status, "conditions")),
        *(state.get(name) for state in states for name in ("startedAt", "finishedAt")),
    ]


def _finished(pod: Fields, containers: Sequence[Container], problems: Problems) -> datetime | None:
    """Give when the last container ended; where none ran, when the pod was last heard of."""
    status, metadata = part(pod, "status"), part(pod, "metadata")
    for found in (
        [one.ended.get("finishedAt") for one in containers],
        [one.get("lastTransitionTime") for one in objects(status, "conditions")],
        [metadata.get("deletionTimestamp"), status.get("startTime")],
        [metadata.get("creationTimestamp")],
    ):
        known = _read_times(problems, "finishedAt", found)
        if known:
            return max(known)
    return None


def _read_times(problems: Problems, name: str, values: Iterable[Any]) -> list[datetime]:
    moments = [problems.read(listed_instant, name, value) for value in values]
    return [moment for moment in moments if moment]


def _restarts(containers: Sequence[Container], problems: Problems) -> int:
    """Count the restarts of containers that can explain a pod; a sidecar's tell nothing of it."""
    counts = [
        problems.read(count, "restartCount", one.status.get("restartCount"), 10**6) or 0
        for one in containers
        if one.role != "sidecar"
    ]
    return min(sum(counts), 10**9)
