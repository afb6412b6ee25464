with

attempts as (

    select * from {{ ref('int_waste__attempts_recent') }}
    where outcome = 'failed'

),

failures as (

    select
        attempt_id,
        rule_name,
        template_id
    from {{ ref('failures__failures') }}

)

select
    attempts.attempt_id,
    attempts.source,
    attempts.job_name,
    attempts.submitted_day,
    attempts.failure_type,
    attempts.failure_class,
    failures.template_id,
    attempts.limit_mb,
    attempts.measured_mb,
    attempts.memory_gb_hours,
    case
        when attempts.failure_class = 'infrastructure' then 'infrastructure'
        -- 137 is any SIGKILL: one that used little of its memory was ended by something else.
        when
            attempts.failure_type = 'OOMKilled'
            and coalesce(
                failures.rule_name <> 'sigkill'
                or attempts.measured_mb is null
                or attempts.measured_mb
                >= {{ threshold('retry_oom_peak_share') }} * attempts.limit_mb,
                true
            )
            then 'memory'
        else 'other'
    end as kind
from attempts
inner join failures on attempts.attempt_id = failures.attempt_id
