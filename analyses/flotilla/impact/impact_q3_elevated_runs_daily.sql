-- Runs above 1.5 x baseline whose definition has the ARA flag, by day, over the last ten days.
-- A day without such a run is a row of zeros.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    cast(coalesce(sum(ara_enabled_run_count) filter (where is_elevated), 0) as bigint)
        as elevated_run_count,
    count(distinct definition_id) filter (where is_elevated and ara_enabled_run_count > 0)
        as definition_count
from allocation
where queued_day >= {{ as_of_today() }} - 10
group by queued_day
order by queued_day
