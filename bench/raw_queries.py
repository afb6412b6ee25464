"""The questions of both reports asked of the raw rows: what an analyst would run without marts."""

LAST_DAYS = "queued_at >= '2025-12-07 00:00:00+00' and queued_at < '2025-12-18 00:00:00+00'"
DAY = "cast(queued_at at time zone 'UTC' as date)"
OOM = "exit_code = 137 or exit_reason = 'OOMKilled'"
BEFORE_BUG_REPORT = "queued_at < '2025-11-25 00:00:00+00'"


def _with_definition(columns: str, condition: str, group: str) -> str:
    return (
        f"select {columns} from flotilla.task join flotilla.task_def using (definition_id)"
        f" where {LAST_DAYS} and {condition} group by {group}"
    )


def _shared_hashes(order: str, limit: int, condition: str = "true", having: str = "") -> str:
    return (
        "select definition_id, command_hash, count(distinct command),"
        f" count(*) filter (where {OOM}) as ooms, count(*) as runs from flotilla.task"
        f" where command_hash is not null and command is not null and {BEFORE_BUG_REPORT}"
        f" and {condition}"
        f" group by definition_id, command_hash having count(distinct command) > 1 {having}"
        f" order by {order} limit {limit}"
    )


AT_CAP = "task.memory = 350000"
ELEVATED = "task.memory > 1.5 * task_def.memory and adaptive_resource_allocation"
FORKLIFT = "task_def.alias = 'forklift-deploy-model-v1'"

RAW_QUERIES = {
    "impact_q1_runs_at_cap_daily": (
        f"select {DAY}, count(*) from flotilla.task where {LAST_DAYS} and {AT_CAP} group by 1"
    ),
    "impact_q2_runs_at_cap_by_alias": _with_definition(
        f"{DAY}, task_def.alias, count(*)", AT_CAP, "1, 2"
    ),
    "impact_q3_elevated_runs_daily": _with_definition(
        f"{DAY}, count(*), count(distinct definition_id)", ELEVATED, "1"
    ),
    "impact_q4_elevated_runs_by_allocation": _with_definition(
        f"{DAY}, task_def.alias, task_def.memory, task.memory, count(*)", ELEVATED, "1, 2, 3, 4"
    ),
    "impact_q5_command_hashes_at_cap": _with_definition(
        f"{DAY}, task_def.alias, count(*), count(distinct command_hash)", AT_CAP, "1, 2"
    ),
    "impact_q6_definition_command_hashes": _with_definition(
        f"{DAY}, task.memory, count(*), count(command_hash), count(distinct command_hash)",
        f"{FORKLIFT} and task.memory > 1.5 * task_def.memory",
        "1, 2",
    ),
    "impact_q7_baseline_vs_allocated": _with_definition(
        "definition_id, task_def.memory, task.memory, count(*)",
        f"{AT_CAP} and queued_at >= '2025-12-14 00:00:00+00'",
        "1, 2, 3",
    ),
    "impact_q8_definition_memory_daily": _with_definition(
        f"{DAY}, min(task.memory), max(task.memory), avg(task.memory), count(*)", FORKLIFT, "1"
    ),
    "impact_q9_definition_null_hashes": _with_definition(
        f"{DAY}, command_hash is null, count(*)", FORKLIFT, "1, 2"
    ),
    "bug_q1_null_hash_summary": (
        "select count(*), count(distinct definition_id) from flotilla.task"
        f" where command_hash is null and {BEFORE_BUG_REPORT}"
    ),
    "bug_q2_worst_shared_hash": _shared_hashes("ooms desc, runs desc", 1),
    "bug_q3_high_volume_shared_hashes": _shared_hashes("runs desc", 3),
    "bug_q4_contaminated_hashes": _shared_hashes("ooms desc, runs desc", 5),
    "bug_q6_inherited_memory": (
        "select donor.run_id, donor.memory, donor.command, donor.exit_code from flotilla.task"
        " as donor, flotilla.task as recipient where"
        " recipient.run_id = 'eks-0d33-a443-43b9-45f9-04b780868880'"
        " and donor.definition_id = recipient.definition_id"
        " and donor.command_hash = recipient.command_hash"
        " and donor.queued_at >= recipient.queued_at - interval '3 days'"
        " and donor.queued_at < recipient.queued_at"
        " and (donor.exit_code = 137 or donor.exit_reason = 'OOMKilled')"
    ),
    "bug_q7_shared_hashes_last_30_days": _shared_hashes(
        "ooms desc", 20, "queued_at >= '2025-10-25 00:00:00+00'"
    ),
    "bug_q8_shared_hashes_near_the_cap": _shared_hashes(
        "ooms desc", 20, "queued_at >= '2025-11-17 00:00:00+00'", "and max(memory) >= 300000"
    ),
    "bug_q5_null_hash_by_definition": (
        "select definition_id, count(distinct command), count(*) as runs from flotilla.task"
        f" where command_hash is null and command is not null and {BEFORE_BUG_REPORT}"
        " group by definition_id having count(distinct command) > 1 order by runs desc limit 5"
    ),
}
