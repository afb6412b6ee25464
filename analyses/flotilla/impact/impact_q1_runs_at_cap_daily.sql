-- Runs at the cap in force, by day, over the last ten days.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    cast(sum(at_cap_run_count) as bigint) as run_count
from allocation
where
    at_cap_run_count > 0
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day
order by queued_day
