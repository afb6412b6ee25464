with

attempts as (

    select * from {{ ref('int_failures__attempts_failed') }}

),

recorded as (

    select
        matches.attempt_id as recorded_attempt_id,
        'event:' || events.event_key as event_failure_id,
        events.*
    from {{ ref('int_failures__events_matched') }} as matches
    inner join {{ ref('stg_failures__events') }} as events on matches.event_key = events.event_key
    where matches.is_kept

)

select
    coalesce(attempts.attempt_id, recorded.event_failure_id) as failure_id,
    attempts.attempt_id,
    coalesce(attempts.origin, 'history') as origin,
    coalesce(attempts.project, recorded.project) as project,
    coalesce(attempts.job_name, recorded.job_name) as job_name,
    attempts.user_name,
    coalesce(attempts.pod_name, recorded.pod_name) as pod_name,
    coalesce(attempts.node_name, recorded.node_name) as node_name,
    coalesce(attempts.image, recorded.container_image) as image,
    attempts.cluster_name,
    coalesce(attempts.ended_at, recorded.occurred_at, attempts.started_at) as failed_at,
    attempts.started_at,
    attempts.exit_code,
    attempts.reason_md5,
    coalesce(md5(nullif(recorded.error_message, '')), attempts.message_md5) as message_md5,
    md5(nullif(recorded.phase, '')) as phase_md5,
    md5(nullif(recorded.failure_type, '')) as recorded_type_md5,
    recorded.failure_type as recorded_type,
    attempts.further_restart_count,
    coalesce(attempts.gpu_count, recorded.gpu_count) as gpu_count,
    coalesce(attempts.memory_mb, cast(round(recorded.memory_request_mb) as bigint)) as memory_mb,
    coalesce(attempts.has_memory_overflow, false)
    or coalesce(recorded.has_memory_overflow, false) as has_memory_overflow,
    attempts.run_us,
    coalesce(recorded.is_resolved, false) as is_resolved,
    recorded.resolution_type,
    recorded.resolved_at
from attempts
full outer join recorded on attempts.attempt_id = recorded.recorded_attempt_id
