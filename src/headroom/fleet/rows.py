"""Finished histories: intents with their outcomes, cut at the end of the history."""

from dataclasses import dataclass, replace
from enum import IntEnum
from hashlib import md5

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headroom.fleet.clock import Ints
from headroom.fleet.definitions import Catalogue, Definition
from headroom.fleet.plan import NONE, Ending, Intents, Plan
from headroom.fleet.policy import Policy
from headroom.fleet.simulate import HashKind, Outcome, simulate

_ID_DIGITS = 28
_ID_CUTS = (4, 8, 12, 16)  # where a run id has its dashes


class Status(IntEnum):
    """Flotilla's five statuses."""

    QUEUED = 0
    PENDING = 1
    RUNNING = 2
    STOPPED = 3
    NEEDS_RETRY = 4


@dataclass(frozen=True)
class Rows:
    """Runs in the order they were queued, with all that their rows say."""

    intents: Intents
    outcome: Outcome
    status: Ints
    id_cores: NDArray[np.uint8]  # run ids without the engine, one row of letters a run
    definitions: list[Definition]
    commands: list[str]
    descriptions: list[str]
    clients: list[str]

    def __len__(self) -> int:
        """Count the runs."""
        return len(self.status)

    def slice(self, rows: NDArray[np.int64]) -> "Rows":
        """Give some runs; donors keep pointing into the whole history."""
        outcome = Outcome(**{name: value[rows] for name, value in vars(self.outcome).items()})
        return replace(
            self, intents=self.intents.take(rows), outcome=outcome,
            status=self.status[rows], id_cores=self.id_cores[rows],
        )  # fmt: skip


def id_cores(high: Ints, low: Ints) -> NDArray[np.uint8]:
    """Write two random numbers a run as 28 hexadecimal digits with dashes."""
    digits = np.array([f"{byte:02x}".encode() for byte in range(256)], dtype="S2")
    raw = np.stack([high, low], axis=1).astype(">u8").view(np.uint8)
    # The first byte of each number has only six random bits: leave both out.
    raw = np.delete(raw.reshape(-1, 16), [0, 8], axis=1)
    letters = np.ascontiguousarray(digits[raw]).view(np.uint8).reshape(-1, _ID_DIGITS)
    return np.insert(letters, _ID_CUTS, ord("-"), axis=1)


def texts_of(cores: NDArray[np.uint8]) -> pa.Array:
    """Give rows of letters as an Arrow array of strings, without a Python object a row."""
    count, width = cores.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    letters = np.ascontiguousarray(cores)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters))


def hash_texts(texts: list[str]) -> list[str]:
    """Hash each text as Flotilla does."""
    return [md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts]


def run_history(plan: Plan, catalogue: Catalogue, policies: list[Policy], end: int) -> Rows:
    """Simulate the plan, and cut it at `end`: what has not happened by then is not known."""
    intents, starts = plan.intents()
    outcome = simulate(intents, catalogue, policies, plan.commands.add(""))
    status = np.select(
        [
            intents.lookup >= end,
            intents.started >= end,
            intents.ending == Ending.RETRY,
            (intents.ending == Ending.LOST) | (outcome.finished >= end),
        ],
        [Status.QUEUED, Status.PENDING, Status.NEEDS_RETRY, Status.RUNNING],
        Status.STOPPED,
    )
    outcome = replace(outcome, oom=outcome.oom & (status == Status.STOPPED))
    cores = id_cores(intents.id_high, intents.id_low)
    for row, start in starts.items():
        letters = np.frombuffer(start.removeprefix("eks-").encode(), dtype=np.uint8)
        cores[row, : len(letters)] = letters
    return Rows(
        intents, outcome, status, cores, catalogue.all,
        plan.commands.values, plan.descriptions.values, plan.clients.values,
    )  # fmt: skip


def hash_column(rows: Rows) -> pa.Array:
    """Give the stored hashes."""
    pools = {
        HashKind.command: (hash_texts(rows.commands), rows.intents.command),
        HashKind.description: (hash_texts(rows.descriptions), rows.intents.description),
        HashKind.client: (rows.clients, rows.intents.client),
    }
    texts: list[str] = []
    places = np.full(len(rows), NONE)
    for kind, (values, index) in pools.items():
        chosen = rows.outcome.hash_kind == kind
        places[chosen] = index[chosen] + len(texts)
        texts += values
    return pick(texts, places)


def pick(texts: list[str], places: Ints) -> pa.Array:
    """Look texts up by position; NONE gives NULL."""
    return pa.array(texts, pa.string()).take(pa.array(places, mask=places < 0))
