with

runs as (

    select * from {{ ref('stg_flotilla__runs') }}

),

pods as (

    select * from {{ ref('stg_failures__pods') }}

),

flotilla_attempts as (

    select
        'flotilla:' || run_id as attempt_id,
        'flotilla' as origin,
        {{ known_text('group_name') }} as project,
        coalesce(run_alias, definition_id) as job_name,
        case when has_command then md5(command) end as command_md5,
        {{ known_text('user_name') }} as user_name,
        pod_name,
        {{ known_text('node_name') }} as node_name,
        {{ known_text('image') }} as image,
        cluster_name,
        coalesce(started_at, queued_at) as started_at,
        finished_at as ended_at,
        -- Flotilla starts a run anew that it wants to retry: this attempt is over.
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
        gpu_count,
        cast(memory_mb as bigint) as memory_mb,
        cast(cpu_millicores as bigint) as cpu_millicores,
        {{ microseconds_between('started_at', 'finished_at') }} as run_us
    from runs

),

-- A pod that Flotilla started is its run, and no second attempt.
pods_of_runs as (

    select runs.pod_name
    from runs
    where runs.pod_name in (select pods.pod_name from pods)

),

pod_attempts as (

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
        coalesce(phase in ('Succeeded', 'Failed'), false) as is_over,
        -- A pod that waits for one of these waits in vain, though Kubernetes never ends it.
        case
            when phase in ('Succeeded', 'Failed') then phase = 'Failed'
            else coalesce(reason in (
                'CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName',
                'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError',
                'NodeLost'
            ), false)
        end as has_failed,
        exit_code,
        reason as exit_reason,
        message,
        gpu_count,
        cast(round(memory_request_mb) as bigint) as memory_mb,
        cpu_request_millicores as cpu_millicores,
        {{ microseconds_between('started_at', 'finished_at') }} as run_us
    from pods
    where
        not exists (
            select 1 from pods_of_runs
            where pods_of_runs.pod_name = pods.pod_name
        )

)

select * from flotilla_attempts
union all
select
    attempt_id,
    origin,
    project,
    job_name,
    command_md5,
    user_name,
    pod_name,
    node_name,
    image,
    cluster_name,
    started_at,
    ended_at,
    is_over or has_failed as is_ended,
    has_failed,
    exit_code,
    exit_reason,
    message,
    gpu_count,
    memory_mb,
    cpu_millicores,
    run_us
from pod_attempts
