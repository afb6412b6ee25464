-- The fifty jobs that wasted most in the last thirty days that are known, and what it cost.
with

owned as (

    select * from {{ ref('waste__attempts_daily') }}
    where job_name is not null and {{ in_failure_scope('project') }}

)

select
    source,
    job_name,
    sum(attempt_count) as attempt_count,
    sum(memory_gb_hours) as memory_gb_hours,
    sum(over_allocated_gb_hours + lost_to_oom_gb_hours + lost_to_failure_gb_hours)
        as wasted_gb_hours,
    sum(contaminated_gb_hours) as contaminated_gb_hours,
    sum(unmeasured_gb_hours) as unmeasured_gb_hours,
    sum(memory_cost) as memory_cost,
    sum(over_allocated_cost + lost_to_oom_cost + lost_to_failure_cost) as wasted_cost,
    currency
from owned
where submitted_day > (select max(last_known.submitted_day) from owned as last_known) - 30
group by source, job_name, currency
order by wasted_gb_hours desc, source asc, job_name asc
limit 50
