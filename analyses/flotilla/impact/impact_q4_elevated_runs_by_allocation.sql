-- The elevated runs of definitions with the ARA flag, by what they were given.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    definition_alias as alias,
    baseline_memory_mb as baseline_mb,
    memory_mb as allocated_mb,
    {{ round_ratio('memory_mb', 'baseline_memory_mb', 2) }} as multiplier,
    cast(sum(ara_enabled_run_count) as bigint) as run_count
from allocation
where
    is_elevated
    and ara_enabled_run_count > 0
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day, definition_alias, baseline_memory_mb, memory_mb
order by queued_day, sum(ara_enabled_run_count) desc, {{ text_key('definition_alias') }}, memory_mb
