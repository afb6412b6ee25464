"""What each run of the history sets out to do, before ARA has sized it."""

from dataclasses import dataclass, field, fields
from enum import IntEnum
from hashlib import md5

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headroom.fleet.clock import DAY, HOUR, MINUTE, SECOND, Ints

NONE = -1  # a text that is NULL
ALWAYS = 10_000_000  # a need no allocation meets


class Ending(IntEnum):
    """How a run ends when it does not run out of memory."""

    SUCCESS = 0
    ERROR = 1
    TIMEOUT = 2
    LOST = 3
    RETRY = 4


_ENDING_SHARES = (0.9415, 0.05, 0.006, 0.0001, 0.0024)


@dataclass(frozen=True)
class Intents:
    """One array a property, one element a run. Texts are positions in the plan's pools."""

    definition: Ints
    command: Ints
    description: Ints
    client: Ints
    queued: Ints
    lookup: Ints
    started: Ints
    duration: Ints
    oom_after: Ints
    request: Ints
    need: Ints
    peak: Ints
    gpu: Ints
    ending: Ints
    exit_137_only: Ints
    luck: Ints  # decides harmless details (nodes, missing peaks, how an OOM shows)
    id_high: Ints
    id_low: Ints

    def take(self, rows: NDArray[np.int64]) -> "Intents":
        """Give the same properties of some rows, in their order."""
        return Intents(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def client_hash(name: str, prefix: str = "") -> str:
    """Make a hash as an API client would send it, with the known part at its start."""
    return (prefix + md5(f"client {prefix}{name}".encode(), usedforsecurity=False).hexdigest())[:32]


class Pool:
    """Texts, each kept once."""

    def __init__(self) -> None:
        """Start empty."""
        self.values: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, text: str) -> int:
        """Give the text's position; a new text goes to the end."""
        place = self._places.setdefault(text, len(self.values))
        if place == len(self.values):
            self.values.append(text)
        return place


@dataclass
class Plan:
    """All intents so far, in the order they were added."""

    commands: Pool = field(default_factory=Pool)
    descriptions: Pool = field(default_factory=Pool)
    clients: Pool = field(default_factory=Pool)
    run_id_starts: dict[int, str] = field(default_factory=dict)
    count: int = 0
    _parts: list[Intents] = field(default_factory=list)

    def add(  # noqa: PLR0913  (one keyword a property of a run)
        self,
        rng: np.random.Generator,
        definition: int,
        queued: ArrayLike,
        *,
        command: ArrayLike = NONE,
        description: ArrayLike = NONE,
        client: ArrayLike = NONE,
        request: ArrayLike = 0,
        need: ArrayLike = 0,
        peak: ArrayLike | None = None,
        wait: ArrayLike | None = None,
        duration: ArrayLike | None = None,
        oom_after: ArrayLike | None = None,
        gpu: ArrayLike = 0,
        ending: ArrayLike | None = None,
        exit_137_only: ArrayLike = False,
    ) -> int:
        """Add runs of one definition; give the position of the first.

        What is not given is drawn: waits, durations, endings and peaks of everyday work. A run
        that needs more memory than it gets runs out of it after `oom_after`.
        """
        instants = np.atleast_1d(np.asarray(queued, dtype=np.int64))
        count = len(instants)

        def whole(value: ArrayLike) -> Ints:
            return np.broadcast_to(np.asarray(value, dtype=np.int64), (count,))

        waits = np.maximum(whole(_waits(rng, count) if wait is None else wait), 2 * SECOND)
        durations = whole(_durations(rng, count) if duration is None else duration)
        early = (rng.uniform(0.1, 0.9, count) * np.minimum(durations, 2 * HOUR)).astype(np.int64)
        needs = whole(need)
        endings = whole(rng.choice(5, count, p=_ENDING_SHARES) if ending is None else ending)
        self._parts.append(
            Intents(
                definition=whole(definition),
                command=whole(command),
                description=whole(description),
                client=whole(client),
                queued=instants,
                # Strictly between queued and started: no donor then sits on a boundary.
                lookup=instants + (rng.uniform(0.05, 0.95, count) * waits).astype(np.int64),
                started=instants + waits,
                duration=durations,
                oom_after=early if oom_after is None else whole(oom_after),
                request=whole(request),
                need=needs,
                peak=whole(rng.lognormal(5.5, 0.4, count) if peak is None else peak),
                gpu=whole(gpu),
                ending=np.where(needs > 0, Ending.SUCCESS, endings),
                exit_137_only=whole(exit_137_only),
                luck=rng.integers(0, 2**62, count),
                id_high=rng.integers(0, 2**62, count),
                id_low=rng.integers(0, 2**62, count),
            )
        )
        first = self.count
        self.count += count
        return first

    def intents(self) -> tuple[Intents, dict[int, str]]:
        """Give all runs in the order they were queued, and the known starts of run ids."""
        names = [item.name for item in fields(Intents)]
        joined = Intents(
            **{
                name: np.concatenate([getattr(part, name) for part in self._parts])
                for name in names
            }
        )
        order = np.argsort(joined.queued, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        starts = {int(place[row]): text for row, text in self.run_id_starts.items()}
        return joined.take(order), starts


def _waits(rng: np.random.Generator, count: int) -> Ints:
    waits = rng.lognormal(3.8, 0.9, count) * SECOND
    congested = rng.uniform(HOUR, 6 * HOUR, count)
    return np.where(rng.random(count) < 0.008, congested, waits).astype(np.int64)


def _durations(rng: np.random.Generator, count: int) -> Ints:
    usual = np.minimum(rng.lognormal(6.4, 1.1, count) * SECOND, 20 * HOUR)
    days_long = rng.uniform(DAY, 6.9 * DAY, count)
    return np.where(rng.random(count) < 0.001, days_long, usual + MINUTE).astype(np.int64)
