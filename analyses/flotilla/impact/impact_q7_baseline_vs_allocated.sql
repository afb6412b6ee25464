-- Runs at the cap against their baseline, by definition, over the last three days.
with

allocation as (

    {{ allocation_as_of() }}

)

select
    definition_id,
    baseline_memory_mb as baseline_mb,
    memory_mb as allocated_mb,
    cast(sum(run_count) as bigint) as run_count
from allocation
where
    memory_mb = {{ threshold('memory_cap_mb') }}
    and queued_day >= {{ as_of_today() }} - 3
group by definition_id, baseline_memory_mb, memory_mb
order by sum(run_count) desc, {{ text_key('definition_id') }}
