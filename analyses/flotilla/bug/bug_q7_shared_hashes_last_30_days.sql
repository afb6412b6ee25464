-- Where contamination is worst in the last 30 days: OOMs x distinct commands.
with

commands as (

    {{ hash_commands_as_of() }}

),

recent as (

    select *
    from commands
    where queued_day > {{ as_of_today() }} - 30

),

shared as (

    {{ shared_hash_measures('recent') }}

)

select
    definition_id,
    command_hash,
    distinct_commands,
    oom_count,
    run_count,
    max_memory_mb
from shared
where oom_count > 0
order by oom_count * distinct_commands desc, run_count desc, {{ text_key('command_hash') }}
limit 20
