-- Runs at the cap of 350,000 MB, by day, over the last ten days.
with

allocation as (

    {{ allocation_as_of() }}

)

select
    queued_day as run_date,
    cast(sum(run_count) as bigint) as run_count
from allocation
where
    memory_mb = {{ threshold('memory_cap_mb') }}
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day
order by queued_day
