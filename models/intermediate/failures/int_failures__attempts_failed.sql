with

observed as (

    select * from {{ ref('int_failures__attempts_observed') }}

),

recorded as (

    select attempt_id from {{ ref('int_failures__events_matched') }}
    where not has_attempt_failed

)

select
    attempt_id,
    origin,
    project,
    job_name,
    user_name,
    pod_name,
    node_name,
    image,
    cluster_name,
    started_at,
    ended_at,
    exit_code,
    md5(nullif(exit_reason, '')) as reason_md5,
    md5(coalesce(nullif(message, ''), nullif(exit_reason, ''))) as message_md5,
    further_restart_count,
    gpu_count,
    memory_mb,
    has_memory_overflow,
    run_us
from observed
where
    has_failed
    or attempt_id in (select recorded.attempt_id from recorded)
