"""What a pod asks for, as the scheduler counts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from headroom.loads.failures.objects import Fields, first, objects, part
from headroom.loads.failures.values import MAX_GPUS, Problems, count, text
from headroom.reading.quantities import OVERFLOW_MB, Memory, memory, millicores

GPU = "nvidia.com/gpu"


@dataclass(frozen=True)
class Asked:
    """What a pod asks for; each is None where nothing of it states one, or one cannot be read."""

    cpu_millicores: int | None
    memory: Memory
    gpus: int | None


@dataclass(frozen=True)
class Amounts:
    """What one container asks for; `is_init` and `is_sidecar` say when it runs."""

    cpu: int | None
    memory: Memory | None
    gpus: int | None
    is_init: bool = False
    is_sidecar: bool = False


@dataclass
class Reading:
    """Amounts as they are read; what of them is `spoilt` cannot be added up."""

    problems: Problems
    spoilt: set[str]

    def amounts(self, container: Fields, *, is_init: bool = False) -> Amounts:
        """Read the resources of a container, or of the pod itself."""
        is_sidecar = is_init and container.get("restartPolicy") == "Always"
        return self.amounts_of(container.get("resources"), is_init, is_sidecar)

    def amounts_of(
        self, resources: Any, is_init: bool = False, is_sidecar: bool = False
    ) -> Amounts:
        """Read resources: what is not requested is requested as the limit says."""
        asked = {**part(resources, "limits"), **part(resources, "requests")}
        gpu = first(part(resources, "limits").get(GPU), asked.get(GPU))
        cpu = self._read("cpu", millicores, "cpu request", asked.get("cpu"))
        return Amounts(
            cpu,
            self._read("memory", memory, "memory request", asked.get("memory"), cpu),
            self._read("gpus", count, "gpu limit", gpu, MAX_GPUS),
            is_init,
            is_sidecar,
        )

    def _read(self, kind: str, reader: Any, name: str, value: Any, *more: Any) -> Any:
        written = text(value)
        if not written:
            return None
        before = len(self.problems.found)
        found = self.problems.read(reader, name, written, *more)
        if len(self.problems.found) > before:
            self.spoilt.add(kind)
        return found


def asked_by(spec: Fields, problems: Problems) -> Asked:
    """Count what a pod asks for.

    That is what the pod as a whole states, else the larger of what its main containers and its
    sidecars ask for together, and each init container with the sidecars started before it. The
    overhead of its runtime is added to either.
    """
    reading = Reading(problems, set())
    containers = [
        *(reading.amounts(one, is_init=True) for one in objects(spec, "initContainers")),
        *(reading.amounts(one) for one in objects(spec, "containers")),
    ]
    overhead = reading.amounts_of({"requests": part(spec, "overhead")})
    requested = reading.amounts_of({"requests": part(spec, "resources", "requests")})
    limited = reading.amounts_of({"requests": part(spec, "resources", "limits")})

    def counted(of: Callable[[Amounts], Decimal | int | None]) -> Decimal | None:
        known = _peak(containers, of)
        stated = first(of(requested), known, of(limited))
        return None if stated is None else Decimal(stated) + (of(overhead) or 0)

    everything = [*containers, overhead, requested, limited]
    has_overflow = any(one.memory.has_overflow for one in everything if one.memory)
    cpu = None if "cpu" in reading.spoilt else counted(lambda one: one.cpu)
    size = counted(lambda one: one.memory.mb if one.memory else None)
    gpus = None if "gpus" in reading.spoilt else counted(lambda one: one.gpus)
    if gpus is not None and gpus > MAX_GPUS:
        problems.found.append(("gpu limit is out of range", str(gpus)))
        gpus = None
    has_overflow = has_overflow or (size is not None and size >= OVERFLOW_MB)
    return Asked(
        None if cpu is None else int(cpu),
        Memory(None if has_overflow or "memory" in reading.spoilt else size, has_overflow),
        None if gpus is None else int(gpus),
    )


def _peak(
    containers: Sequence[Amounts], of: Callable[[Amounts], Decimal | int | None]
) -> Decimal | None:
    """Give the most that runs at one time; None where none states an amount."""
    if all(of(one) is None for one in containers):
        return None
    peak, lasting = Decimal(0), Decimal(0)
    for one in containers:
        amount = of(one) or 0
        if one.is_init and not one.is_sidecar:
            peak = max(peak, lasting + amount)
        else:
            lasting += amount
    return max(peak, lasting)
