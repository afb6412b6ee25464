-- The elevated runs of one definition (the var `definition`), by what they were given: is there a
-- stored hash?
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    memory_mb as allocated_mb,
    cast(sum(run_count) as bigint) as run_count,
    cast(sum(hashed_run_count) as bigint) as non_null_hash_count,
    cast(sum(distinct_command_hashes) as bigint) as distinct_command_hashes
from allocation
where
    definition_alias = '{{ var("definition") }}'
    and is_elevated
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day, memory_mb
order by queued_day, memory_mb
