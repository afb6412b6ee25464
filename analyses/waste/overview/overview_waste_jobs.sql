-- The fifty jobs that wasted most in the last thirty known days of their source, and what it cost.
with

owned as (

    select * from {{ ref('waste__attempts_daily') }}
    where job_name is not null and {{ in_failure_scope('project') }}

),

last_known as (

    select
        source,
        max(submitted_day) as last_day
    from owned
    group by source

)

select
    owned.source,
    owned.job_name,
    sum(owned.attempt_count) as attempt_count,
    sum(owned.memory_gb_hours) as memory_gb_hours,
    sum(
        owned.over_allocated_gb_hours + owned.lost_to_oom_gb_hours + owned.lost_to_failure_gb_hours
    ) as wasted_gb_hours,
    sum(owned.contaminated_gb_hours) as contaminated_gb_hours,
    sum(owned.unmeasured_gb_hours) as unmeasured_gb_hours,
    sum(owned.memory_cost) as memory_cost,
    sum(owned.over_allocated_cost + owned.lost_to_oom_cost + owned.lost_to_failure_cost)
        as wasted_cost,
    owned.currency
from owned
inner join last_known on owned.source = last_known.source
where owned.submitted_day > last_known.last_day - 30
group by owned.source, owned.job_name, owned.currency
order by wasted_gb_hours desc, owned.source asc, owned.job_name asc
limit 50
