"""The documents' own queries over raw rows, each as of its moment."""

IN_REPORT = "queued_at >= '2025-12-07 00:00:00+00' and queued_at < '2025-12-18 00:00:00+00'"
RUNS = "(select *, queued_at::date as run_date from task)"
# As of the end of 24 November: later runs are not there, later ends not known.
BUG = """(
    select task.* replace (
        case when finished_at < '2025-11-25 00:00:00+00' then exit_code end as exit_code,
        case when finished_at < '2025-11-25 00:00:00+00' then exit_reason end as exit_reason
    )
    from task where queued_at < '2025-11-25 00:00:00+00'
)"""
OOM = "count(*) filter (where exit_code = 137 or exit_reason = 'OOMKilled')"
FORKLIFT = "definition_id in (select definition_id from task_def where alias like 'forklift%')"
ELEVATED = f"""
    from {RUNS} t join task_def td using (definition_id)
    where t.memory > td.memory * 1.5 and td.adaptive_resource_allocation and {IN_REPORT}
"""

QUERIES: dict[str, str] = {
    "impact_q1_runs_at_350gb_daily": f"""
        select run_date, count(*) from {RUNS} where memory = 350000 and {IN_REPORT}
        group by 1 order by 1
    """,
    "impact_q2_q5_runs_at_350gb_by_alias": f"""
        select run_date, td.alias, count(*), count(distinct command_hash)
        from {RUNS} t join task_def td using (definition_id)
        where t.memory = 350000 and {IN_REPORT} and run_date >= '2025-12-15'
        group by 1, 2
    """,
    "impact_q3_elevated_runs_daily": f"""
        with found as (
            select run_date, count(*) as runs, count(distinct definition_id) as definitions
            {ELEVATED} group by 1
        )
        select day::date, coalesce(runs, 0), coalesce(definitions, 0)
        from generate_series(date '2025-12-07', date '2025-12-17', interval 1 day) days(day)
        left join found on run_date = day
    """,
    "impact_q4_q6_elevated_runs_by_allocation": f"""
        select run_date, td.alias, td.memory, t.memory,
            (t.memory::decimal(12, 2) / td.memory)::decimal(10, 2)::varchar, count(*),
            count(command_hash), count(distinct command_hash)
        {ELEVATED} and run_date >= '2025-12-14'
        group by 1, 2, 3, 4
    """,
    "impact_q7_baseline_vs_allocated": f"""
        select definition_id, td.memory, t.memory, count(*)
        from {RUNS} t join task_def td using (definition_id)
        where t.memory = 350000 and queued_at >= '2025-12-14 00:00:00+00'
            and queued_at < '2025-12-17 15:00:00+00'
        group by 1, 2, 3
    """,
    "impact_q8_q9_forklift_memory_daily": f"""
        select run_date, min(memory), max(memory), round(avg(memory))::int, count(*),
            count(*) filter (where command_hash is null)
        from {RUNS} where {FORKLIFT} and {IN_REPORT} group by 1
    """,
    "impact_before_after": f"""
        with q1 as (
            select count(*) filter (where run_date = '2025-12-15') as b,
                count(*) filter (where run_date = '2025-12-17') as a
            from {RUNS} where memory = 350000
        ), q3 as (
            select count(*) filter (where run_date = '2025-12-15') as b,
                count(*) filter (where run_date = '2025-12-17') as a {ELEVATED}
        ), lines as (
            select 'runs_at_350gb', b, a from q1
            union all select 'forklift_elevated_runs', b, a from q3
            union all select 'total_elevated_runs', q1.b + q3.b, q1.a + q3.a from q1, q3
        )
        select *, round((a - b) * 100.0 / b)::int from lines
    """,
    "bug_null_hash_summary": f"""
        select '2025-11-24', count(*), count(distinct definition_id)
        from {BUG} where command_hash is null
    """,
    "bug_null_hash_by_definition": f"""
        select definition_id, count(distinct command), count(*)
        from {BUG} where command_hash is null and command is not null
        group by 1 having count(distinct command) > 1 order by 3 desc limit 5
    """,
    "bug_contaminated_hashes": f"""
        with ranked as (
            select definition_id, command_hash, count(distinct command) as commands,
                {OOM} as ooms, count(*) as runs
            from {BUG}
            where command_hash is not null and engine = 'eks' and command is not null
            group by 1, 2 having count(distinct command) > 1 and {OOM} > 0
        )
        select row_number() over (order by ooms desc, runs desc, command_hash), definition_id,
            command_hash, commands, ooms, runs
        from ranked order by 1 limit 5
    """,
    "bug_high_volume_shared_hashes": f"""
        select command_hash, count(distinct command), count(*) from {BUG}
        where command_hash is not null and command is not null
        group by definition_id, command_hash having count(distinct command) > 1
        order by 3 desc limit 3
    """,
    "bug_ara_inheritance_example": """
        with r as (select * from task where run_id = 'eks-0d33-a443-43b9-45f9-04b780868880')
        select run_id, queued_at::date as day, memory, command, exit_code, 'recipient' as role
        from r
        union all
        select task.run_id, task.queued_at::date, task.memory, task.command, task.exit_code, 'donor'
        from task, r
        where task.queued_at >= r.queued_at - interval 3 day and task.queued_at < r.queued_at
            and (task.exit_code = 137 or task.exit_reason = 'OOMKilled')
            and task.definition_id = r.definition_id and task.command_hash = r.command_hash
    """,
}
PREFIXES = {"definition_id_prefix", "command_hash_prefix", "run_id_prefix"}
