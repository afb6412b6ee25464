-- Every run of the source is in flotilla__runs as the source has it now. What changes is compared
-- only for runs that have ended: a row of a live table may change while the build works.
select
    source_runs.run_id,
    source_runs.queued_at
from {{ ref('stg_flotilla__runs') }} as source_runs
left join {{ ref('flotilla__runs') }} as runs on source_runs.run_id = runs.run_id
where
    runs.run_id is null
    or source_runs.status is distinct from runs.status
    or source_runs.memory_mb is distinct from runs.memory_mb
    or source_runs.finished_at is distinct from runs.finished_at
    or (
        runs.is_final
        and (
            source_runs.definition_id is distinct from runs.definition_id
            or source_runs.engine is distinct from runs.engine
            or source_runs.group_name is distinct from runs.group_name
            or source_runs.user_name is distinct from runs.user_name
            or source_runs.image is distinct from runs.image
            or source_runs.node_name is distinct from runs.node_name
            or source_runs.queued_at is distinct from runs.queued_at
            or source_runs.started_at is distinct from runs.started_at
            or source_runs.exit_code is distinct from runs.exit_code
            or source_runs.is_oom is distinct from runs.is_oom
            or source_runs.peak_memory_mb is distinct from runs.peak_memory_mb
            or source_runs.memory_limit_mb is distinct from runs.memory_limit_mb
            or source_runs.attempt_count is distinct from runs.attempt_count
            or source_runs.command_hash is distinct from runs.command_hash
        )
    )
