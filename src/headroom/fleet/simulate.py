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
    finished: Ints


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
    limit = memory.copy()
    donor = np.full(len(memory), NONE)
    oom = intents.need > memory
    kind = stored_hash_kinds(intents, policies, spark, empty_command)
    finished = intents.started + np.where(oom, intents.oom_after, intents.duration)
    _look_up(
        intents, policies, version, kind, ~spark, gpu,
        memory, limit, cause, donor, oom, finished,
    )  # fmt: skip
    return Outcome(kind, memory, limit, cause, donor, oom, finished)


def _keys(intents: Intents, kind: Ints) -> Ints:
    """Give one number per (definition, stored hash); what the number is does not matter."""
    text = np.select(
        [kind == HashKind.command, kind == HashKind.description, kind == HashKind.client],
        [intents.command, intents.description, intents.client],
        0,
    )
    return (intents.definition * 4 + kind) * 2**32 + text


def _look_up(
    intents: Intents, policies: list[Policy], version: Ints, kind: Ints,
    eks: NDArray[np.bool_], gpu: NDArray[np.bool_],
    memory: Ints, limit: Ints, cause: Ints, donor: Ints, oom: NDArray[np.bool_], finished: Ints,
) -> None:  # fmt: skip
    """Go through the runs whose key can hold an OOM, in the order of their lookups.

    A donor has finished before the lookup, so its own lookup came earlier and is decided.
    """
    keys = _keys(intents, kind)
    null = kind == HashKind.null
    can_fail = eks & (intents.need > 0)
    hot = np.isin(keys, np.unique(keys[can_fail]))
    hot |= null & np.isin(intents.definition, np.unique(intents.definition[can_fail]))
    rows = np.flatnonzero(hot & eks)
    rows = rows[np.lexsort((rows, intents.lookup[rows]))]

    donors_of_key: dict[int, list[int]] = {}
    donors_of_definition: dict[int, list[int]] = {}
    for row in rows.tolist():
        policy = policies[version[row]]
        definition, lookup = int(intents.definition[row]), int(intents.lookup[row])
        pool: list[int] = []
        if not gpu[row]:
            if not null[row]:
                pool = donors_of_key.get(int(keys[row]), [])
            elif policy.null_matches_definition:
                pool = donors_of_definition.get(definition, [])
        if pool:
            since = lookup - policy.window
            # Lookups only move on: what is too old now stays so.
            pool[:] = [other for other in pool if intents.queued[other] >= since]
            # No ORDER BY in the lookup: the reference fleet reads the oldest runs first.
            read = sorted(
                other
                for other in pool
                if intents.queued[other] < lookup and finished[other] < lookup
            )[: policy.donor_limit]
            if read:
                estimate, capped = policy.estimate([int(memory[other]) for other in read])
                limit[row] = max(int(memory[row]), estimate)
                memory[row] = estimate
                cause[row] = Cause.ara_capped if capped else Cause.ara
                donor[row] = min(
                    read,
                    key=lambda other: (
                        -memory[other], -finished[other],
                        intents.id_high[other], intents.id_low[other],
                    ),
                )  # fmt: skip
        fails = int(intents.need[row]) > int(memory[row])
        oom[row] = fails
        length = intents.oom_after[row] if fails else intents.duration[row]
        finished[row] = intents.started[row] + length
        if fails:
            if not null[row]:
                donors_of_key.setdefault(int(keys[row]), []).append(row)
            donors_of_definition.setdefault(definition, []).append(row)
