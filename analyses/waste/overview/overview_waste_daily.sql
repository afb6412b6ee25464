-- What became of the memory of attempts, by day of the last sixty that are known.
with

owned as (

    select * from {{ ref('waste__attempts_daily') }}
    where submitted_day is not null and {{ in_failure_scope('project') }}

)

select
    submitted_day,
    sum(memory_gb_hours) as memory_gb_hours,
    sum(used_gb_hours + reserved_gb_hours) as used_gb_hours,
    sum(over_allocated_gb_hours) as over_allocated_gb_hours,
    sum(lost_to_oom_gb_hours) as lost_to_oom_gb_hours,
    sum(lost_to_failure_gb_hours) as lost_to_failure_gb_hours,
    sum(unmeasured_gb_hours) as unmeasured_gb_hours
from owned
where submitted_day > (select max(last_known.submitted_day) from owned as last_known) - 60
group by submitted_day
order by submitted_day
