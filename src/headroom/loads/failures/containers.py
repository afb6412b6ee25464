"""Containers of a pod: which of them explains how the pod ended, and which failed ends we know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from headroom.loads.failures.objects import Fields, first, objects, part
from headroom.loads.failures.values import listed_instant, text
from headroom.reading.values import BadValueError

Role = Literal["main", "init", "sidecar"]
PLACES = (
    ("containers", "containerStatuses"),
    ("initContainers", "initContainerStatuses"),
)
# What a container waits for while nothing is wrong.
STARTING = frozenset({"ContainerCreating", "PodInitializing"})
# What a container waits for because its last end failed: that end is the failure.
RESTARTING = frozenset({"CrashLoopBackOff", "RunContainerError"})
OUT_OF_MEMORY = "OOMKilled"
# 128 + SIGKILL and 128 + SIGTERM: somebody else ended it.
STOPPED = frozenset({"137", "143"})
NOT_KNOWN = datetime.max.replace(tzinfo=UTC)
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


@dataclass(frozen=True)
class Container:
    """A container: as the specification writes it, and as the status lists it.

    A main container does the work. A sidecar is an init container that lives as long as they do.
    `may_run_again`: the kubelet restarts it after a failed end.
    """

    name: str
    role: Role
    written: Fields
    status: Fields
    may_run_again: bool

    @property
    def ended(self) -> Fields:
        """Give the end that it is at; empty where it has not ended."""
        return part(self.status, "state", "terminated")

    @property
    def last(self) -> Fields:
        """Give its last end, after which it was started again; empty without one."""
        return part(self.status, "lastState", "terminated")

    @property
    def waiting(self) -> Fields:
        """Give what it waits for; empty where it does not wait."""
        return part(self.status, "state", "waiting")

    @property
    def trouble(self) -> str | None:
        """Give why it waits, where that is not how every container starts."""
        reason = text(self.waiting.get("reason"))
        return None if reason in STARTING else reason

    @property
    def image(self) -> str | None:
        """Give the image as the specification writes it, not as the node resolved it."""
        return text(first(self.written.get("image"), self.status.get("image")))


@dataclass(frozen=True)
class Cause:
    """Why a pod failed, or waits: the container, what it says, and its end if it is one."""

    container: Container
    told: Fields
    end: Fields = field(default_factory=dict)


def containers_of(pod: Fields) -> list[Container]:
    """Give the containers that the status lists, by name. Ephemeral ones only look on."""
    spec, status = part(pod, "spec"), part(pod, "status")
    policy = spec.get("restartPolicy")
    found = []
    for written_in, listed_in in PLACES:
        written = {text(one.get("name")): one for one in objects(spec, written_in)}
        for listed in objects(status, listed_in):
            name = text(listed.get("name"))
            one = written.get(name, {})
            own = one.get("restartPolicy")
            is_init = written_in == "initContainers"
            role: Role = ("sidecar" if own == "Always" else "init") if is_init else "main"
            # Rules by exit code may start it again, whatever the policy says.
            again = first(own, policy) != "Never" or bool(one.get("restartPolicyRules"))
            found.append(Container(name or "", role, one, listed, again))
    return sorted(found, key=lambda one: (one.role, one.name))


def main_container(pod: Fields, containers: Sequence[Container]) -> Container:
    """Give the one that a pod is about: the annotated one, else the first of the specification."""
    written = objects(part(pod, "spec"), "containers")
    mains = [one for one in containers if one.role == "main"]
    names = [
        text(part(pod, "metadata", "annotations").get(DEFAULT_CONTAINER)),
        text(written[0].get("name")) if written else None,
    ]
    named = [one for name in names for one in mains if name and one.name == name]
    unlisted = Container("", "main", written[0] if written else {}, {}, may_run_again=True)
    return next(iter([*named, *mains, unlisted]))


def is_failed(end: Fields) -> bool:
    """Say whether a container's end failed."""
    code, reason = text(end.get("exitCode")), text(end.get("reason"))
    if reason == OUT_OF_MEMORY:
        return True
    return reason not in (None, "Completed") if code is None else code != "0"


def when(value: Any) -> datetime | None:
    """Read a time to compare it; what cannot be read is named elsewhere."""
    try:
        return listed_instant("time", value)
    except BadValueError:
        return None


def cause_of(containers: Sequence[Container], phase: str) -> Cause | None:
    """Give why a pod failed or waits; None where nothing of it did.

    A failed end counts before waiting in trouble, and that before the last failed end of one that
    runs again. A sidecar explains nothing, unless no main container could start because of it.
    """
    if phase == "Succeeded":
        return None
    of = {role: [one for one in containers if one.role == role] for role in ("main", "init")}
    for group in of.values():
        ends = [Cause(one, one.ended, one.ended) for one in group if is_failed(one.ended)]
        if ends:
            return min(ends, key=_comes_first)
    explaining = [*of["main"], *of["init"]]
    if not any(one.trouble for one in explaining) and not any(map(_has_run, of["main"])):
        explaining = list(containers)
    waits = [_waits(one) for one in explaining if one.trouble]
    if waits:
        return min(waits, key=_matters_most)
    going = [one for one in explaining if not one.ended]
    lasts = [Cause(one, one.last, one.last) for one in going if is_failed(one.last)]
    return max(lasts, key=_comes_last, default=None)


def failed_ends(containers: Sequence[Container], *, is_over: bool) -> list[Cause]:
    """Give the failed ends that are not the pod's: each is a separate attempt.

    After them the container was started again, or will be. How often before is only counted.
    """
    found = []
    for one in containers:
        ends = [one.last, *([] if is_over or not one.may_run_again else [one.ended])]
        if one.role != "sidecar":
            found += [Cause(one, end, end) for end in ends if is_failed(end)]
    return found


def cannot_succeed(containers: Sequence[Container]) -> bool:
    """Say whether a container failed that will not run again: the pod can only end as Failed."""
    return any(
        is_failed(one.ended) and not one.may_run_again and one.role != "sidecar"
        for one in containers
    )


def _waits(one: Container) -> Cause:
    """Describe a wait. What a container is backing off from is its last end."""
    message = one.waiting.get("message")
    if one.trouble not in RESTARTING:
        return Cause(one, {"reason": one.trouble, "message": message})
    is_oom = one.last.get("reason") == OUT_OF_MEMORY
    told = {
        "exitCode": one.last.get("exitCode"),
        "reason": OUT_OF_MEMORY if is_oom else one.trouble,
        "message": first(one.last.get("message"), message),
    }
    return Cause(one, told, one.last if is_failed(one.last) else {})


def _has_run(one: Container) -> bool:
    return bool(one.ended or one.last or part(one.status, "state", "running"))


def _comes_first(cause: Cause) -> tuple[bool, datetime, bool, str]:
    """Put out of memory first, then the first end; of equal ones what nobody stopped."""
    return (
        cause.end.get("reason") != OUT_OF_MEMORY,
        when(cause.end.get("finishedAt")) or NOT_KNOWN,
        text(cause.end.get("exitCode")) in STOPPED,
        cause.container.name,
    )


def _matters_most(cause: Cause) -> tuple[bool, bool, str]:
    return (
        cause.container.role != "main",
        cause.told.get("reason") != OUT_OF_MEMORY,
        cause.container.name,
    )


def _comes_last(cause: Cause) -> tuple[bool, datetime, str]:
    ended = when(cause.end.get("finishedAt")) or datetime.min.replace(tzinfo=UTC)
    return (cause.container.role == "main", ended, cause.container.name)
