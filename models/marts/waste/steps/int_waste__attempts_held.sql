with

attempts as (

    select
        *,
        case
            when requested_mb > 0 and requested_mb < {{ threshold('believable_memory_mb') }}
                then requested_mb
        end as limit_mb,
        case when peak_mb > 0 and peak_mb < {{ threshold('believable_memory_mb') }} then peak_mb end
            as measured_mb,
        case when run_us > 0 then run_us else 0 end as held_us
    from {{ ref('attempts__attempts') }}
    where outcome <> 'open'

),

failures as (

    select
        attempt_id,
        failure_type,
        failure_class
    from {{ ref('failures__failures') }}

)

select
    attempts.attempt_id,
    attempts.source,
    attempts.submitted_day,
    attempts.is_landed,
    attempts.job_name,
    attempts.command_md5,
    attempts.group_name,
    attempts.owner_name,
    attempts.project,
    attempts.node_lifecycle,
    attempts.started_at,
    attempts.ended_at,
    attempts.outcome,
    failures.failure_type,
    failures.failure_class,
    attempts.limit_mb,
    attempts.measured_mb,
    -- Without a request it held at least what it used.
    coalesce(attempts.limit_mb, attempts.measured_mb, 0) as held_mb,
    attempts.held_us,
    coalesce(attempts.run_us < 0, true) as is_untimed,
    coalesce(
        attempts.measured_mb >= {{ threshold('censored_peak_share') }} * attempts.limit_mb, false
    ) as is_censored,
    coalesce(attempts.measured_mb > attempts.limit_mb, false) as is_above_limit,
    (
        select count(*)
        from {{ ref('waste_exemptions') }} as exemptions
        where
            coalesce(exemptions.source = attempts.source, exemptions.source is null)
            and coalesce(exemptions.group_name = attempts.group_name, exemptions.group_name is null)
            and coalesce(exemptions.job_name = attempts.job_name, exemptions.job_name is null)
    ) > 0 as is_exempt
from attempts
left join failures on attempts.attempt_id = failures.attempt_id
