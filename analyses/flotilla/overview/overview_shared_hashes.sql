-- The twenty stored hashes under which more than one command ran and that ran out of memory most.
with

shared as (

    select * from {{ ref('int_flotilla__shared_hashes_as_of') }}

),

aliases as (

    select
        definition_id,
        max(definition_alias) as definition_alias
    from {{ ref('flotilla__elevation_daily') }}
    group by definition_id

)

select
    aliases.definition_alias,
    shared.command_hash,
    shared.distinct_commands,
    shared.run_count,
    shared.oom_count
from shared
left join aliases on shared.definition_id = aliases.definition_id
order by shared.oom_count desc, shared.run_count desc, {{ text_key('shared.command_hash') }}
limit 20
