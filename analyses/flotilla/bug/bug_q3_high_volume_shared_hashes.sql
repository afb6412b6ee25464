-- The shared hashes with the most runs.
with

hashes_daily as (

    {{ shared_hashes_as_of() }}

),

shared as (

    {{ shared_hash_measures('hashes_daily') }}

)

select
    command_hash,
    distinct_commands,
    run_count
from shared
order by run_count desc, {{ text_key('command_hash') }}
limit 3
