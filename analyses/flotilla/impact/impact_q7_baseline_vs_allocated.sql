-- Runs at the cap against their baseline, by definition, over the last three days.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    definition_id,
    baseline_memory_mb as baseline_mb,
    memory_mb as allocated_mb,
    cast(sum(at_cap_run_count) as bigint) as run_count
from allocation
where
    at_cap_run_count > 0
    and queued_day >= {{ as_of_today() }} - 3
group by definition_id, baseline_memory_mb, memory_mb
order by sum(at_cap_run_count) desc, {{ text_key('definition_id') }}
