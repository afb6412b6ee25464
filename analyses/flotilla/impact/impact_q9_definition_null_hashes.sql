-- Runs of one definition (the var `definition`) with and without a stored hash, by day, over the
-- last ten days.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

)

select
    queued_day as run_date,
    cast(sum(run_count) as bigint) as run_count,
    cast(sum(run_count - hashed_run_count) as bigint) as null_hash_count
from allocation
where
    definition_alias = '{{ var("definition") }}'
    and queued_day >= {{ as_of_today() }} - 10
group by queued_day
order by queued_day
