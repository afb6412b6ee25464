with

killed as (

    select
        source,
        job_name,
        count(distinct limit_mb) as killed_limit_count,
        min(limit_mb) as smallest_killed_mb,
        max(limit_mb) as largest_killed_mb,
        percentile_disc(0.5) within group (order by limit_mb) as usual_killed_mb
    from {{ ref('int_waste__failures_sorted') }}
    where kind = 'memory'
    group by source, job_name

),

succeeded as (

    select
        attempts.source,
        attempts.job_name,
        max(attempts.limit_mb) as largest_enough_mb,
        min(attempts.limit_mb) filter (where attempts.limit_mb > killed.usual_killed_mb)
            as smallest_enough_mb
    from {{ ref('int_waste__attempts_recent') }} as attempts
    inner join killed
        on attempts.source = killed.source and attempts.job_name = killed.job_name
    where attempts.outcome = 'succeeded'
    group by attempts.source, attempts.job_name

)

select
    killed.source,
    killed.job_name,
    killed.killed_limit_count,
    killed.smallest_killed_mb,
    killed.largest_killed_mb,
    killed.usual_killed_mb,
    succeeded.largest_enough_mb,
    coalesce(
        succeeded.smallest_enough_mb,
        cast(ceil((1 + {{ threshold('waste_oom_headroom') }}) * killed.usual_killed_mb) as bigint)
    ) as retry_mb,
    -- It takes whatever it gets: killed with little and with much, and with that much never done.
    coalesce(
        killed.killed_limit_count >= {{ threshold('retry_leak_limits') }}
        and killed.largest_killed_mb
        >= {{ threshold('retry_leak_ratio') }} * killed.smallest_killed_mb
        and coalesce(succeeded.largest_enough_mb < killed.smallest_killed_mb, true),
        false
    ) as is_leaking
from killed
left join succeeded
    on killed.source = succeeded.source and killed.job_name = succeeded.job_name
