with

pods as (

    select
        *,
        coalesce(created_at, started_at, finished_at) as submitted_at,
        -- After a failed end the pod is one more try: it begins where its container starts again.
        case
            when last_ended_at is not null
                then greatest(coalesce(last_started_at, last_ended_at), last_ended_at)
        end as tried_again_at
    from {{ ref('int_failures__pods_judged') }}

)

select
    'pod:' || pod_key as attempt_id,
    'pods' as origin,
    {{ known_text('project') }} as project,
    namespace as group_name,
    job_name,
    cast(null as text) as command_md5,
    {{ known_text('user_name') }} as user_name,
    pod_name,
    {{ known_text('node_name') }} as node_name,
    cast(null as text) as node_lifecycle,
    {{ known_text('image') }} as image,
    cast(null as text) as cluster_name,
    submitted_at,
    {{ to_day('submitted_at') }} as submitted_day,
    coalesce(tried_again_at, submitted_at) as started_at,
    finished_at as ended_at,
    is_over or has_failed as is_ended,
    has_failed,
    exit_code,
    reason as exit_reason,
    message,
    cast(null as text) as pod_event_lines,
    cast(restart_count as bigint) as container_restart,
    case when has_failed then further_restart_count else 0 end as further_restart_count,
    gpu_count,
    cast(round(memory_request_mb) as bigint) as memory_mb,
    cast(null as bigint) as peak_mb,
    coalesce(has_memory_overflow, false) as has_memory_overflow,
    cpu_request_millicores as cpu_millicores,
    {{ microseconds_between('coalesce(tried_again_at, started_at)', 'finished_at') }} as run_us,
    cast(null as text) as covariates
from pods
