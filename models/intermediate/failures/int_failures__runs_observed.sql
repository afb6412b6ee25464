with

runs as (

    select * from {{ ref('stg_flotilla__runs') }}

)

select
    'flotilla:' || run_id as attempt_id,
    'flotilla' as origin,
    {{ known_text('group_name') }} as project,
    group_name,
    coalesce(run_alias, definition_id) as job_name,
    command_md5,
    {{ known_text('user_name') }} as user_name,
    pod_name,
    {{ known_text('node_name') }} as node_name,
    node_lifecycle,
    {{ known_text('image') }} as image,
    cluster_name,
    queued_at as submitted_at,
    queued_day as submitted_day,
    coalesce(started_at, queued_at) as started_at,
    finished_at as ended_at,
    -- Flotilla starts a run again that it wants to retry: this attempt is over.
    is_final or coalesce(status = 'NEEDS_RETRY', false) as is_ended,
    case
        when is_final
            then
                is_oom
                or coalesce(exit_code <> 0, coalesce(exit_reason, '') <> 'Completed')
        else coalesce(status = 'NEEDS_RETRY', false)
    end as has_failed,
    exit_code,
    exit_reason,
    cast(null as text) as message,
    pod_event_lines,
    cast(null as bigint) as container_restart,
    cast(null as bigint) as further_restart_count,
    gpu_count,
    cast(memory_mb as bigint) as memory_mb,
    cast(peak_memory_mb as bigint) as peak_mb,
    false as has_memory_overflow,
    cast(cpu_millicores as bigint) as cpu_millicores,
    {{ microseconds_between('started_at', 'finished_at') }} as run_us,
    cast(null as text) as covariates
from runs
