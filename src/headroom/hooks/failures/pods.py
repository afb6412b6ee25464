"""A pod as an attempt of a job: what it asked for, how it ended, and which container is why."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from headroom.hooks.failures.objects import Fields, first, objects, part
from headroom.hooks.failures.values import MAX_GPUS, Problems, count, instant, text
from headroom.hooks.quantities import Memory, memory, millicores
from headroom.hooks.rejects import digest
from headroom.hooks.values import BadValueError

JOB_LABELS = (
    "batch.kubernetes.io/job-name",
    "job-name",
    "workloadName",
    "training.kubeflow.org/job-name",
)
PROJECT_LABELS = ("project", "runai/project")
NAMESPACE_PREFIX = "runai-"
ENDED = ("Succeeded", "Failed")
# What a container waits for while nothing is wrong.
STARTING = frozenset({"ContainerCreating", "PodInitializing"})
MAX_EXIT_CODE = 2**31 - 1


def pod_row(pod: Fields, source: str, problems: Problems) -> Fields:
    """Give the row of `landed_pods`; raises BadValueError where the pod has no name."""
    metadata, spec, status = part(pod, "metadata"), part(pod, "spec"), part(pod, "status")
    labels = {**part(metadata, "annotations"), **part(metadata, "labels")}
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    uid = text(metadata.get("uid"))
    if name is None:
        raise BadValueError("it has no name")
    # Unknown is a phase: the node does not answer.
    phase = str(status.get("phase") or "Unknown")[:50]
    mains = objects(status, "containerStatuses")
    containers = [*objects(status, "initContainerStatuses"), *mains]
    culprit, state = _why_not(containers, phase)
    of_first = part(mains[0], "state", "terminated") if mains else {}
    shown = culprit or (mains[0] if mains else {})
    started = [_started(container, problems) for container in containers]
    cpu, amount, gpus = _asked(objects(spec, "containers"), problems)
    waits = [why for why in map(_trouble, containers) if why]
    reason, message = _reason(status, phase, state or of_first)
    return {
        "pod_key": digest(uid or f"{namespace or ''}\x1f{name}"),
        "pod_uid": uid,
        "source": source,
        "namespace": namespace,
        "project": text(first(*(labels.get(label) for label in PROJECT_LABELS)))
        or (namespace.removeprefix(NAMESPACE_PREFIX) if namespace else None),
        "pod_name": name,
        "job_name": _job(metadata, labels) or name,
        "user_name": text(labels.get("user")),
        "node_name": text(spec.get("nodeName")),
        "image": _image(shown, spec),
        "phase": phase,
        "created_at": problems.read(
            instant, "creationTimestamp", metadata.get("creationTimestamp")
        ),
        "started_at": min((moment for moment in started if moment), default=None),
        "finished_at": _finished(pod, containers, problems) if phase in ENDED else None,
        "exit_code": problems.read(
            count, "exitCode", (state or of_first).get("exitCode"), MAX_EXIT_CODE
        ),
        "reason": reason,
        "waiting_reason": waits[0] if waits else None,
        "message": message,
        "restart_count": _restarts(containers, problems),
        "gpu_count": gpus,
        "memory_request_mb": amount.mb,
        "has_memory_overflow": amount.has_overflow,
        "cpu_request_millicores": cpu,
    }


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


def _image(container: Fields, spec: Fields) -> str | None:
    """Give the image as the specification writes it, not as the node resolved it."""
    written = [*objects(spec, "initContainers"), *objects(spec, "containers")]
    named = [one for one in written if one.get("name") == container.get("name")]
    mains = objects(spec, "containers")
    chosen = named[0] if named else (mains[0] if mains else container)
    return text(first(chosen.get("image"), container.get("image")))


def _why_not(containers: list[Fields], phase: str) -> tuple[Fields, Fields]:
    """Give the container that failed with its state, or two empty objects.

    A failed end counts before waiting in trouble, and that before the last failed end of one that
    runs again. What a container is backing off from is its last end, where that was out of memory.
    """
    if phase == "Succeeded":
        return {}, {}
    for container in containers:
        ended = part(container, "state", "terminated")
        if _is_failed(ended):
            return container, ended
    for container in containers:
        last = part(container, "lastState", "terminated")
        if trouble := _trouble(container):
            if last.get("reason") == "OOMKilled":
                return container, last
            waiting = part(container, "state", "waiting")
            why = {
                "exitCode": last.get("exitCode"),
                "reason": trouble,
                "message": first(last.get("message"), waiting.get("message")),
            }
            return container, why
    for container in containers:
        last = part(container, "lastState", "terminated")
        if _is_failed(last):
            return container, last
    return {}, {}


def _trouble(container: Fields) -> str | None:
    """Give why a container waits, where that is not how every container starts."""
    reason = text(part(container, "state", "waiting").get("reason"))
    return None if reason in STARTING else reason


def _is_failed(ended: Fields) -> bool:
    code = ended.get("exitCode")
    return bool(ended) and (ended.get("reason") == "OOMKilled" or (code is not None and code != 0))


def _reason(status: Fields, phase: str, state: Fields) -> tuple[str | None, str | None]:
    """Give reason and message: the pod's own (evicted, past its deadline, node lost) come first."""
    conditions = objects(status, "conditions")
    by_type = {str(condition.get("type")): condition for condition in conditions}
    disrupted = by_type.get("DisruptionTarget", {}) if phase == "Failed" else {}
    scheduled = by_type.get("PodScheduled", {})
    unscheduled = scheduled if scheduled.get("status") == "False" else {}
    for told in (status, disrupted, state, unscheduled):
        if text(told.get("reason")):
            return text(told.get("reason")), text(first(told.get("message"), state.get("message")))
    return None, text(first(status.get("message"), state.get("message")))


def _started(container: Fields, problems: Problems) -> datetime | None:
    """Give when a container started first, as far as its states still tell."""
    states = (
        part(container, "lastState", "terminated"),
        part(container, "state", "terminated"),
        part(container, "state", "running"),
    )
    return problems.read(instant, "startedAt", first(*(state.get("startedAt") for state in states)))


def _finished(pod: Fields, containers: list[Fields], problems: Problems) -> datetime | None:
    """Give when the last container ended; where none ran, when the pod was last heard of."""
    status, metadata = part(pod, "status"), part(pod, "metadata")
    ends = [part(container, "state", "terminated").get("finishedAt") for container in containers]
    heard = [one.get("lastTransitionTime") for one in objects(status, "conditions")]
    for found in (
        ends,
        heard,
        [metadata.get("deletionTimestamp"), status.get("startTime")],
        [metadata.get("creationTimestamp")],
    ):
        moments = [problems.read(instant, "finishedAt", value) for value in found]
        known = [moment for moment in moments if moment]
        if known:
            return max(known)
    return None


def _restarts(containers: list[Fields], problems: Problems) -> int:
    counts = [
        problems.read(count, "restartCount", one.get("restartCount"), 10**6) or 0
        for one in containers
    ]
    return min(sum(counts), 10**9)


def _asked(containers: list[Fields], problems: Problems) -> tuple[int | None, Memory, int | None]:
    """Give CPU, memory and GPUs over all containers; None where none states one.

    A sum that one amount has overflowed in is no sum.
    """
    cpus: list[int] = []
    memories: list[Memory] = []
    gpus: list[int] = []
    for container in containers:
        requests = part(container, "resources", "requests")
        limits = part(container, "resources", "limits")
        cpu = _read(problems, millicores, "cpu request", requests.get("cpu"))
        amount = _read(problems, memory, "memory request", requests.get("memory"), cpu)
        gpu = problems.read(count, "gpu limit", limits.get("nvidia.com/gpu"), MAX_GPUS)
        cpus += [cpu] if cpu is not None else []
        memories += [amount] if amount else []
        gpus += [gpu] if gpu is not None else []
    has_overflow = any(amount.has_overflow for amount in memories)
    known = [] if has_overflow else [amount.mb for amount in memories if amount.mb is not None]
    return (
        sum(cpus) if cpus else None,
        Memory(sum(known, Decimal(0)) if known else None, has_overflow),
        sum(gpus) if gpus else None,
    )


def _read(problems: Problems, reader: Any, name: str, value: Any, *more: Any) -> Any:
    written = text(value)
    return problems.read(reader, name, written, *more) if written else None
