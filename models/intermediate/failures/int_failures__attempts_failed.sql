{%- set rules = failure_rules() %}

with

observed as (

    select * from {{ ref('int_failures__attempts_observed') }}

),

recorded as (

    select * from {{ ref('int_failures__attempts_recorded') }}

)

select
    observed.attempt_id,
    observed.origin,
    observed.project,
    observed.job_name,
    observed.user_name,
    observed.pod_name,
    observed.node_name,
    observed.image,
    observed.cluster_name,
    observed.submitted_day,
    observed.is_landed,
    observed.started_at,
    observed.ended_at,
    observed.exit_code,
    md5(nullif(observed.exit_reason, '')) as reason_md5,
    md5(coalesce(nullif(observed.message, ''), nullif(observed.exit_reason, ''))) as message_md5,
    -- What Flotilla keeps of a run's events belongs to that run, whatever its time.
    case
        when coalesce(observed.exit_code <> 0, true)
            then {{ first_failure_rule('event', 'observed.pod_event_lines', rules) }}
    end as own_event_rule_order,
    observed.further_restart_count,
    observed.gpu_count,
    observed.memory_mb,
    observed.has_memory_overflow,
    observed.run_us
from observed
left join recorded on observed.attempt_id = recorded.attempt_id
where observed.has_failed or recorded.attempt_id is not null
