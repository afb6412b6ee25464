-- Each source to its own last day: what was loaded from elsewhere may be of another year.
with

windows as (

    select
        source,
        max(submitted_day) - cast({{ threshold('waste_window_days') }} as integer) + 1 as first_day,
        max(submitted_day) as last_day
    from {{ ref('waste__attempts_daily') }}
    group by source

),

attempts as (

    select * from {{ ref('int_waste__attempts_priced') }}
    where
        submitted_day >= (select min(windows.first_day) from windows)
        and job_name is not null

)

select
    attempts.attempt_id,
    attempts.source,
    attempts.job_name,
    attempts.submitted_day,
    windows.first_day as window_from,
    windows.last_day as window_until,
    attempts.outcome,
    attempts.failure_type,
    attempts.failure_class,
    attempts.limit_mb,
    attempts.measured_mb,
    attempts.held_mb,
    attempts.held_us,
    attempts.is_exempt,
    attempts.memory_gb_hours,
    attempts.over_allocated_gb_hours + attempts.lost_to_oom_gb_hours as wasted_gb_hours,
    -- What is known of its need: a measured peak, a limit that was enough, or one that was not.
    case
        when attempts.failure_type = 'OOMKilled' and attempts.limit_mb is not null then 'killed'
        when attempts.outcome = 'failed' or attempts.measured_mb is null then 'unknown'
        when attempts.is_censored then 'enough'
        else 'measured'
    end as known_by,
    attempts.price_per_gb_hour,
    attempts.currency
from attempts
inner join windows
    on attempts.source = windows.source and attempts.submitted_day >= windows.first_day
