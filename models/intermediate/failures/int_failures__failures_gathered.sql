with

attempts as (

    select
        attempt_id as failure_id,
        *
    from {{ ref('int_failures__attempts_failed') }}

),

recorded as (

    select
        matches.attempt_id,
        coalesce(matches.attempt_id, 'event:' || events.event_key) as failure_id,
        events.job_name,
        events.project,
        events.failure_type,
        events.phase,
        events.occurred_at,
        events.pod_name,
        events.node_name,
        events.container_image,
        events.error_message,
        events.gpu_count,
        events.memory_request_mb,
        events.has_memory_overflow,
        events.is_resolved,
        events.resolution_type,
        events.resolved_at
    from {{ ref('int_failures__events_matched') }} as matches
    inner join {{ ref('stg_failures__events') }} as events on matches.event_key = events.event_key
    where matches.is_kept

),

-- A record without an attempt is a failure that nothing more is known of. Both are joined from this
-- side alone, so that those of some days can be asked for.
listed as (

    select * from attempts
    union all
    select
        failure_id,
        cast(null as text) as attempt_id,
        'history' as origin,
        cast(null as text) as project,
        cast(null as text) as job_name,
        cast(null as text) as user_name,
        cast(null as text) as pod_name,
        cast(null as text) as node_name,
        cast(null as text) as image,
        cast(null as text) as cluster_name,
        {{ to_day('occurred_at') }} as submitted_day,
        true as is_landed,
        cast(null as timestamptz) as started_at,
        cast(null as timestamptz) as ended_at,
        cast(null as bigint) as exit_code,
        cast(null as text) as reason_md5,
        cast(null as text) as message_md5,
        cast(null as integer) as own_event_rule_order,
        cast(null as bigint) as further_restart_count,
        cast(null as bigint) as gpu_count,
        cast(null as bigint) as memory_mb,
        false as has_memory_overflow,
        cast(null as bigint) as run_us
    from recorded
    where attempt_id is null

)

select
    listed.failure_id,
    listed.attempt_id,
    listed.origin,
    listed.is_landed,
    listed.submitted_day,
    listed.own_event_rule_order,
    coalesce(listed.project, recorded.project) as project,
    coalesce(listed.job_name, recorded.job_name) as job_name,
    listed.user_name,
    coalesce(listed.pod_name, recorded.pod_name) as pod_name,
    coalesce(listed.node_name, recorded.node_name) as node_name,
    coalesce(listed.image, recorded.container_image) as image,
    listed.cluster_name,
    coalesce(listed.ended_at, recorded.occurred_at, listed.started_at) as failed_at,
    listed.started_at,
    listed.exit_code,
    listed.reason_md5,
    coalesce(md5(nullif(recorded.error_message, '')), listed.message_md5) as message_md5,
    md5(nullif(recorded.phase, '')) as phase_md5,
    md5(nullif(recorded.failure_type, '')) as recorded_type_md5,
    recorded.failure_type as recorded_type,
    listed.further_restart_count,
    coalesce(listed.gpu_count, recorded.gpu_count) as gpu_count,
    coalesce(listed.memory_mb, cast(round(recorded.memory_request_mb) as bigint)) as memory_mb,
    listed.has_memory_overflow
    or coalesce(recorded.has_memory_overflow, false) as has_memory_overflow,
    listed.run_us,
    coalesce(recorded.is_resolved, false) as is_resolved,
    recorded.resolution_type,
    recorded.resolved_at
from listed
left join recorded on listed.failure_id = recorded.failure_id
