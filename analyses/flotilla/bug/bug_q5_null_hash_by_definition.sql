-- The definitions with more than one command and the most runs that have a command but no hash.
with

commands as (

    {{ hash_commands_as_of() }}

)

select
    definition_id,
    count(distinct command_md5) as distinct_commands,
    cast(sum(run_count) as bigint) as run_count
from commands
where command_hash is null and command_md5 is not null
group by definition_id
having count(distinct command_md5) > 1
order by sum(run_count) desc, {{ text_key('definition_id') }}
limit 5
