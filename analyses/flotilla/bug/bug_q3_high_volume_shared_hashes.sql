-- The shared hashes with the most runs.
with

commands as (

    {{ hash_commands_as_of() }}

),

shared as (

    {{ shared_hash_measures('commands') }}

)

select
    command_hash,
    distinct_commands,
    run_count
from shared
order by run_count desc, {{ text_key('command_hash') }}
limit 3
