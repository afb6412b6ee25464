with

jobs as (

    select * from {{ ref('stg_failures__jobs') }}

)

select
    'job:' || job_key as attempt_id,
    source as origin,
    {{ known_text('project') }} as project,
    group_name,
    job_name,
    cast(null as text) as command_md5,
    {{ known_text('user_name') }} as user_name,
    cast(null as text) as pod_name,
    {{ known_text('node_name') }} as node_name,
    cast(null as text) as node_lifecycle,
    {{ known_text('image') }} as image,
    queue_name as cluster_name,
    submitted_at,
    {{ to_day('submitted_at') }} as submitted_day,
    coalesce(started_at, submitted_at) as started_at,
    ended_at,
    is_over as is_ended,
    has_failed,
    exit_code,
    reason as exit_reason,
    cast(null as text) as message,
    cast(null as text) as pod_event_lines,
    cast(null as bigint) as container_restart,
    cast(null as bigint) as further_restart_count,
    gpu_count,
    cast(round(requested_mb) as bigint) as memory_mb,
    cast(round(peak_mb) as bigint) as peak_mb,
    has_memory_overflow,
    cpu_millicores,
    {{ microseconds_between('started_at', 'ended_at') }} as run_us,
    covariates
from jobs
