"""ARA, exactly: size every run in the order of the lookups, and see who runs out of memory."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from headroom.fleet.clock import Ints
from headroom.fleet.definitions import Catalogue
from headroom.fleet.plan import NONE, Intents
from headroom.fleet.policy import Policy, version_of


class Cause(IntEnum):
    """Why a run got its memory; the names go into `fleet_truth`."""

    unscheduled = 0
    not_eligible = 1
    gpu_request = 2
    ara = 3
    ara_capped = 4
    run_request = 5
    floor = 6
    default = 7


class HashKind(IntEnum):
    """Which text a stored hash comes from."""

    null = 0
    command = 1
    description = 2
    client = 3


@dataclass(frozen=True)
class Outcome:
    """What became of each run, in the order of the intents."""

    hash_kind: Ints
    memory: Ints
    memory_limit: Ints
    cause: Ints
    donor: Ints  # position of the decisive donor, or NONE
    oom: NDArray[np.bool_]
    finished: Ints  # had the history no end


def stored_hash_kinds(
    intents: Intents, policies: list[Policy], spark: NDArray[np.bool_], empty_command: int
) -> Ints:
    """Say which text each run's stored hash comes from, by the version when it was queued."""
    version = version_of(policies, intents.queued)
    by_command = np.array([policy.hashes_command for policy in policies])[version]
    spark_text = np.array([policy.hashes_spark_description for policy in policies])[version]
    has_command = (intents.command != NONE) & (intents.command != empty_command)
    described = intents.description != NONE
    return np.select(
        [
            ~by_command & (intents.client != NONE),
            ~by_command & described,
            by_command & has_command,
            by_command & spark & spark_text & described,
        ],
        [HashKind.client, HashKind.description, HashKind.command, HashKind.description],
        HashKind.null,
    )


def simulate(
    intents: Intents, catalogue: Catalogue, policies: list[Policy], empty_command: int
) -> Outcome:
    """Decide memory, cause and end of every run."""
    definitions = catalogue.all
    place = intents.definition
    spark = np.array([item.engine != "eks" for item in definitions])[place]
    default = np.array([item.default_mb for item in definitions])[place]
    raised = np.array([item.memory < item.default_mb for item in definitions])[place]
    gpu_definition = np.array([item.gpu > 0 for item in definitions])[place]
    version = version_of(policies, intents.queued)
    counts_definition = np.array([policy.definition_gpu_counts for policy in policies])[version]
    gpu = (intents.gpu > 0) | (counts_definition & gpu_definition)
    asked = intents.request > 0

    memory = np.where(asked, intents.request, default)
    cause = np.select(
        [spark, gpu, asked, raised],
        [Cause.not_eligible, Cause.gpu_request, Cause.run_request, Cause.floor],
        Cause.default,
    )
    oom = intents.need > memory
    outcome = Outcome(
        hash_kind=stored_hash_kinds(intents, policies, spark, empty_command),
        memory=memory,
        memory_limit=memory.copy(),
        cause=cause,
        donor=np.full(len(memory), NONE),
        oom=oom,
        finished=intents.started + np.where(oom, intents.oom_after, intents.duration),
    )
    _Lookups(intents, outcome, policies, ~spark, gpu).run()
    return outcome


def _keys(intents: Intents, kind: Ints) -> Ints:
    """Give one number per (definition, stored hash); what the number is does not matter."""
    text = np.select(
        [kind == HashKind.command, kind == HashKind.description, kind == HashKind.client],
        [intents.command, intents.description, intents.client],
        0,
    )
    return (intents.definition * 4 + kind) * 2**32 + text


@dataclass(frozen=True)
class _Lookups:
    """ARA's lookups, one run after the other; they rewrite the outcome in place."""

    intents: Intents
    outcome: Outcome
    policies: list[Policy]
    eks: NDArray[np.bool_]
    gpu: NDArray[np.bool_]

    def run(self) -> None:
        """Go through the runs whose key can hold an OOM, in the order of their lookups.

        A donor has finished before the lookup, so its own lookup came earlier and is decided.
        """
        intents, outcome = self.intents, self.outcome
        keys = _keys(intents, outcome.hash_kind)
        null = outcome.hash_kind == HashKind.null
        can_fail = self.eks & (intents.need > 0)
        hot = np.isin(keys, np.unique(keys[can_fail]))
        hot |= null & np.isin(intents.definition, np.unique(intents.definition[can_fail]))
        rows = np.flatnonzero(hot & self.eks)
        rows = rows[np.lexsort((rows, intents.lookup[rows]))]
        version = version_of(self.policies, intents.queued)

        of_key: dict[int, list[int]] = {}
        of_definition: dict[int, list[int]] = {}
        for row in rows.tolist():
            policy = self.policies[version[row]]
            key, definition = int(keys[row]), int(intents.definition[row])
            pool: list[int] | None = None
            if not null[row]:
                pool = of_key.get(key)
            elif policy.null_matches_definition:
                pool = of_definition.get(definition)
            if pool and not self.gpu[row]:
                self._size(row, policy, self._read(row, policy, pool))
            if self._fails(row):
                of_definition.setdefault(definition, []).append(row)
                if not null[row]:
                    of_key.setdefault(key, []).append(row)

    def _read(self, row: int, policy: Policy, pool: list[int]) -> list[int]:
        """Give the donors that the lookup reads, and forget those that are too old."""
        queued, finished = self.intents.queued, self.outcome.finished
        lookup = int(self.intents.lookup[row])
        # Lookups only move on: what is too old now stays so.
        pool[:] = [donor for donor in pool if queued[donor] >= lookup - policy.window]
        seen = [donor for donor in pool if queued[donor] < lookup and finished[donor] < lookup]
        # No ORDER BY in the lookup: the reference fleet reads the oldest runs first.
        return sorted(seen)[: policy.donor_limit]

    def _size(self, row: int, policy: Policy, donors: list[int]) -> None:
        """Let the estimate replace the request, whichever is larger."""
        if not donors:
            return
        intents, outcome = self.intents, self.outcome
        estimate, capped = policy.estimate([int(outcome.memory[donor]) for donor in donors])
        outcome.memory_limit[row] = max(int(outcome.memory[row]), estimate)
        outcome.memory[row] = estimate
        outcome.cause[row] = Cause.ara_capped if capped else Cause.ara
        outcome.donor[row] = min(
            donors,
            key=lambda donor: (
                -outcome.memory[donor],
                -outcome.finished[donor],
                intents.id_high[donor],
                intents.id_low[donor],
            ),
        )

    def _fails(self, row: int) -> bool:
        """Decide whether and when the run runs out of memory."""
        intents, outcome = self.intents, self.outcome
        fails = int(intents.need[row]) > int(outcome.memory[row])
        length = intents.oom_after[row] if fails else intents.duration[row]
        outcome.oom[row] = fails
        outcome.finished[row] = intents.started[row] + length
        return fails
