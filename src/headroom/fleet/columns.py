"""The rows of the raw tables, column by column, as Arrow batches."""

import json
from hashlib import md5

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from headroom.fleet import schema
from headroom.fleet.clock import SECOND, Ints
from headroom.fleet.definitions import Definition
from headroom.fleet.plan import NONE, Ending
from headroom.fleet.rows import Rows, Status, hash_column, pick, texts_of
from headroom.fleet.simulate import Cause

_NODES = 160
_PEOPLE = 5  # a team
_ON_DEMAND_DEADLINE = 7 * 86_400
_SPOT_DEADLINE = 2 * 86_400
_ARROW_TYPES = {
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}
_REASON_OOM, _REASON_ERROR, _REASON_TIMEOUT, _REASON_HOST = range(4)
_REASONS = [
    "OOMKilled",
    "Error",
    "Task exceeded its active deadline",
    "Host EC2 (instance) terminated",
]


def _bits(luck: Ints, shift: int, size: int) -> Ints:
    """Give a number below `size`, independent of those at other shifts."""
    return (luck >> shift) % size


def _instants(values: Ints, missing: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=missing).cast(pa.timestamp("us", tz="UTC"))


def _secret_env(definition: Definition) -> str:
    token = md5(definition.definition_id.encode(), usedforsecurity=False).hexdigest()[:12]
    return json.dumps(
        [
            {"name": "STAGE", "value": "production"},
            {"name": "DB_PASSWORD", "value": f"do-not-read-{token}"},
            {"name": "API_TOKEN", "value": f"do-not-read-{definition.alias}"},
        ]
    )


def _spark_settings(definition: Definition) -> str | None:
    if definition.engine == "eks":
        return None
    return json.dumps(
        {
            "spark_app_id": f"app-{definition.alias}",
            "application_conf": [{"name": "spark.executor.memory", "value": "8g"}],
            "num_executors": 8,
        }
    )


def _of_definition(rows: Rows, values: list[str | None]) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(rows.intents.definition))


def _exit(rows: Rows) -> tuple[pa.Array, pa.Array]:
    """Give exit codes and reasons: an OOM shows by either, and now and then not by both."""
    intents, oom = rows.intents, rows.outcome.oom
    stopped = rows.status == Status.STOPPED
    way = _bits(intents.luck, 3, 100)
    way = np.where((intents.exit_137_only == 1) & (way >= 92), 0, way)
    other_code, no_code = oom & (way >= 92) & (way < 96), oom & (way >= 96)
    only_137 = oom & (way >= 82) & (way < 92)
    failed = stopped & ~oom & (intents.ending == Ending.ERROR)
    late = stopped & ~oom & (intents.ending == Ending.TIMEOUT)
    code = np.select([other_code | failed, oom], [1, 137], 0)
    reason = np.select(
        [only_137 & (way % 2 == 0), only_137, oom, failed, late, rows.status == Status.NEEDS_RETRY],
        [NONE, _REASON_ERROR, _REASON_OOM, _REASON_ERROR, _REASON_TIMEOUT, _REASON_HOST],
        NONE,
    )
    return pa.array(code, pa.int32(), mask=~stopped | late | no_code), pick(_REASONS, reason)


def _peaks(rows: Rows, started: NDArray[np.bool_]) -> pa.Array:
    """Give peaks; a fifth of them was never measured."""
    intents, memory = rows.intents, rows.outcome.memory
    near_limit = memory - memory * _bits(intents.luck, 20, 40) // 1000
    below = np.minimum(np.maximum(intents.peak, 20), memory * 98 // 100)
    peak = np.where(rows.outcome.oom, near_limit, below)
    missing = ~started | (_bits(intents.luck, 9, 100) < 20)
    return pa.array(peak, pa.int32(), mask=missing)


def _pod_events(rows: Rows, finished: Ints) -> pa.Array:
    events: list[str | None] = [None] * len(rows)
    for row in np.flatnonzero(rows.outcome.oom).tolist():
        stamp = str(np.datetime64(int(finished[row]) // SECOND, "s")) + "Z"
        event = {
            "timestamp": stamp,
            "event_type": "Warning",
            "reason": "OOMKilling",
            "source_object": "kubelet",
            "message": f"Memory limit {rows.outcome.memory[row]}Mi reached",
        }
        events[row] = json.dumps([event])
    return pa.array(events, pa.string())


def task_batch(rows: Rows) -> pa.RecordBatch:
    """Make the `task` rows of some runs."""
    intents, outcome, definitions = rows.intents, rows.outcome, rows.definitions
    luck, status = intents.luck, rows.status
    count = len(rows)
    engines = [item.engine for item in definitions]
    engine = _of_definition(rows, list(engines))
    run_id = pc.binary_join_element_wise(engine, texts_of(rows.id_cores), "-")
    unscheduled = status == Status.QUEUED
    started = (status != Status.QUEUED) & (status != Status.PENDING)
    code, reason = _exit(rows)
    skewed = (luck % 40_009 == 0) & (outcome.cause == Cause.default) & ~outcome.oom & started
    start = np.where(skewed, intents.queued - 3 * SECOND, intents.started)
    late = (intents.ending == Ending.TIMEOUT) & ~outcome.oom
    spot = _bits(luck, 13, 10) < 6
    deadline = np.where(spot, _SPOT_DEADLINE, _ON_DEMAND_DEADLINE)
    deadline = np.where(outcome.finished - intents.started > _SPOT_DEADLINE * SECOND,
                        _ON_DEMAND_DEADLINE, deadline)  # fmt: skip
    deadline = np.where(late, (outcome.finished - intents.started) // SECOND, deadline)
    on_demand = deadline == _ON_DEMAND_DEADLINE
    nodes = [f"ip-10-0-{n // 16}-{n % 16 + 10}.ec2.internal" for n in range(_NODES)]
    instances = [f"i-{md5(n.encode(), usedforsecurity=False).hexdigest()[:17]}" for n in nodes]
    node = np.where(started, _bits(luck, 25, _NODES), NONE)
    groups = sorted({item.group for item in definitions})
    group = np.array([groups.index(item.group) for item in definitions])[intents.definition]
    people = [f"{name}.user{n}" for name in groups for n in range(_PEOPLE)]
    cpu = np.array([item.cpu for item in definitions])[intents.definition]
    spark = np.array(engines)[intents.definition] != "eks"
    attempts = np.where(status == Status.NEEDS_RETRY, 2, 1)

    def integers(values: Ints, missing: NDArray[np.bool_] | None = None) -> pa.Array:
        return pa.array(values, pa.int32(), mask=missing)

    def constant(text: str) -> pa.Array:
        return pa.array([text]).take(pa.array(np.zeros(count, dtype=np.int8)))

    made = {
        "run_id": run_id,
        "definition_id": _of_definition(rows, [item.definition_id for item in definitions]),
        "alias": _of_definition(rows, [item.alias for item in definitions]),
        "image": _of_definition(rows, [f"{item.image}:{len(item.alias)}" for item in definitions]),
        "cluster_name": pick(["batch-east", "batch-west"], group % 2),
        "exit_code": code,
        "exit_reason": reason,
        "status": pick([item.name for item in Status], status),
        "queued_at": _instants(intents.queued, np.zeros(count, dtype=bool)),
        "started_at": _instants(start, ~started),
        "finished_at": _instants(outcome.finished, status != Status.STOPPED),
        "instance_id": pick(instances, node),
        "instance_dns_name": pick(nodes, node),
        "group_name": pick(groups, group),
        "env": _of_definition(rows, [_secret_env(item) for item in definitions]),
        "user": pick(people, group * _PEOPLE + _bits(luck, 31, _PEOPLE)),
        "task_type": constant("task"),
        "command": pick(rows.commands, intents.command),
        "command_hash": hash_column(rows),
        "memory": integers(outcome.memory, unscheduled),
        "cpu": integers(cpu, unscheduled),
        "gpu": integers(intents.gpu, intents.gpu == 0),
        "node_lifecycle": pick(["spot", "ondemand"], on_demand.astype(np.int64)),
        "engine": engine,
        "container_name": run_id,
        "pod_name": pc.if_else(pa.array(started), pc.binary_join_element_wise(
            run_id, "pod", "-"), pa.scalar(None, pa.string())),
        "namespace": constant("flotilla"),
        "max_cpu_used": integers(cpu * (1 + _bits(luck, 35, 90)) // 100,
                                 ~started | (_bits(luck, 9, 100) < 20)),
        "max_memory_used": _peaks(rows, started),
        "pod_events": _pod_events(rows, outcome.finished),
        "spark_extension": _of_definition(rows, [_spark_settings(item) for item in definitions]),
        "executable_id": _of_definition(rows, [item.definition_id for item in definitions]),
        "executable_type": constant("task_definition"),
        "memory_limit": integers(outcome.memory_limit, unscheduled),
        "cpu_limit": integers(cpu * 2, unscheduled),
        "attempt_count": integers(attempts, unscheduled),
        "active_deadline_seconds": integers(deadline),
        "description": pick(rows.descriptions, intents.description),
        "arch": pick(["amd64", "arm64"], group % 3 // 2),
        "labels": _of_definition(
            rows, [json.dumps({"team": item.group, "job": item.alias}) for item in definitions]
        ),
        "requires_docker": pa.array(np.zeros(count, dtype=bool)),
        "service_account": constant("batch-runner"),
        "tier": pick(["Tier1", "Tier2", "Tier4"], np.where(spark, 1, group % 3)),
    }  # fmt: skip
    return _batch("task", made)


def truth_batch(rows: Rows, all_cores: NDArray[np.uint8]) -> pa.RecordBatch:
    """Make the `fleet_truth` rows of some runs; donors are looked up among all runs."""
    outcome = rows.outcome
    engine = _of_definition(rows, [item.engine for item in rows.definitions])
    known = rows.status != Status.QUEUED
    cause = np.where(known, outcome.cause, Cause.unscheduled)
    has_donor = known & (outcome.donor != NONE)
    donor = np.where(has_donor, outcome.donor, 0)
    donor_id = pc.binary_join_element_wise("eks", texts_of(all_cores[donor]), "-")
    made = {
        "run_id": pc.binary_join_element_wise(engine, texts_of(rows.id_cores), "-"),
        "cause": pick([item.name for item in Cause], cause),
        "donor_run_id": pc.if_else(pa.array(has_donor), donor_id, pa.scalar(None, pa.string())),
    }
    return _batch("fleet_truth", made)


def definition_batch(definitions: list[Definition]) -> pa.RecordBatch:
    """Make the `task_def` rows; dropped definitions have none."""
    kept = [item for item in definitions if not item.dropped]
    rows = [
        {
            "definition_id": item.definition_id,
            "alias": item.alias,
            "image": f"{item.image}:{len(item.alias)}",
            "group_name": item.group,
            "memory": item.memory,
            "cpu": item.cpu,
            "gpu": item.gpu or None,
            "command": None if item.engine != "eks" else f"/opt/{item.alias}/run",
            "env": _secret_env(item),
            "user": f"{item.group}.user0",
            "container_name": item.alias,
            "task_type": "task",
            "privileged": False,
            "adaptive_resource_allocation": item.flag,
            "requires_docker": False,
            "target_cluster": None,
        }
        for item in kept
    ]
    fields = [
        pa.field(name, _ARROW_TYPES.get(kind, pa.string()))
        for name, kind in schema.columns("task_def").items()
    ]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema(fields))


def _batch(table: str, made: dict[str, pa.Array]) -> pa.RecordBatch:
    names = [name for name in schema.columns(table) if name in made]
    arrays = []
    for name in names:
        array = made[name]
        arrays.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    return pa.RecordBatch.from_arrays(arrays, names=names)
