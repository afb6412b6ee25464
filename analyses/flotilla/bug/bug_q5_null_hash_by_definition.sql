-- The definitions with more than one command and the most runs that have a command but no hash.
with

hashes_daily as (

    select * from {{ ref('int_flotilla__hashes_as_of') }}

)

select
    definition_id,
    cast(sum(new_command_count) as bigint) as distinct_commands,
    cast(sum(command_run_count) as bigint) as run_count
from hashes_daily
where command_hash is null
group by definition_id
having sum(new_command_count) > 1
order by sum(command_run_count) desc, {{ text_key('definition_id') }}
limit 5
