-- Runs without a stored hash, and the definitions they belong to, over all of history.
with

hashes_daily as (

    select * from {{ ref('int_flotilla__hashes_as_of') }}

)

select
    {{ as_of_today() }} as as_of_date,
    cast(coalesce(sum(run_count), 0) as bigint) as null_hash_run_count,
    count(distinct definition_id) as definition_count
from hashes_daily
where command_hash is null
