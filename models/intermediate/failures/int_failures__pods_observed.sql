{%- set in_vain -%}
    (
        'CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull',
        'InvalidImageName', 'CreateContainerConfigError', 'CreateContainerError',
        'RunContainerError', 'NodeLost'
    )
{%- endset %}

with

pods as (

    select * from {{ ref('stg_failures__pods') }}

),

-- A pod that waits for one of these waits in vain, though Kubernetes never ends it. A reason such
-- as OOMKilled may tell of an earlier end, of a pod that runs again.
judged as (

    select
        *,
        coalesce(phase in ('Succeeded', 'Failed'), false) as is_over,
        case
            when phase in ('Succeeded', 'Failed') then phase = 'Failed'
            else coalesce(waiting_reason in {{ in_vain }} or reason in {{ in_vain }}, false)
        end as has_failed
    from pods

)

select
    'pod:' || pod_key as attempt_id,
    'pods' as origin,
    {{ known_text('project') }} as project,
    job_name,
    cast(null as text) as command_md5,
    {{ known_text('user_name') }} as user_name,
    pod_name,
    {{ known_text('node_name') }} as node_name,
    {{ known_text('image') }} as image,
    cast(null as text) as cluster_name,
    coalesce(created_at, started_at, finished_at) as started_at,
    finished_at as ended_at,
    is_over or has_failed as is_ended,
    has_failed,
    exit_code,
    reason as exit_reason,
    message,
    gpu_count,
    cast(round(memory_request_mb) as bigint) as memory_mb,
    coalesce(has_memory_overflow, false) as has_memory_overflow,
    cpu_request_millicores as cpu_millicores,
    {{ microseconds_between('started_at', 'finished_at') }} as run_us
from judged
-- A pod that Flotilla started is its run, and no second attempt.
where
    not exists (
        select 1 from {{ ref('int_failures__runs_named') }} as runs_named
        where runs_named.pod_name = judged.pod_name
    )
