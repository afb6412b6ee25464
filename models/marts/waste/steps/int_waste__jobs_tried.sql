with

killed as (

    select
        source,
        job_name,
        count(distinct limit_mb) as killed_limit_count,
        min(limit_mb) as smallest_killed_mb,
        max(limit_mb) as largest_killed_mb
    from {{ ref('int_waste__failures_sorted') }}
    where kind = 'memory'
    group by source, job_name

),

succeeded as (

    select
        source,
        job_name,
        max(limit_mb) as largest_enough_mb
    from {{ ref('int_waste__attempts_recent') }}
    where outcome = 'succeeded'
    group by source, job_name

)

select
    killed.source,
    killed.job_name,
    killed.killed_limit_count,
    killed.smallest_killed_mb,
    killed.largest_killed_mb,
    succeeded.largest_enough_mb,
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
