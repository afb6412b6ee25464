-- What one definition (the var `definition`) was given, by day, over the last ten days.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    min(memory_mb) as min_memory_mb,
    max(memory_mb) as max_memory_mb,
    {{ round_div(
        'cast(sum(cast(memory_mb as bigint) * run_count) as bigint)',
        'cast(sum(run_count) filter (where memory_mb is not null) as bigint)',
    ) }} as avg_memory_mb,
    cast(sum(run_count) as bigint) as run_count
from allocation
where
    definition_alias = '{{ var("definition") }}'
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day
order by queued_day
