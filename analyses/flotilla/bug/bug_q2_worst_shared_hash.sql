-- The shared hash with the most OOMs by exit code 137.
with

hashes_daily as (

    {{ shared_hashes_as_of() }}

),

shared as (

    {{ shared_hash_measures('hashes_daily') }}

)

select
    definition_id,
    command_hash,
    distinct_commands,
    exit_137_count as oom_count,
    run_count
from shared
order by exit_137_count desc, run_count desc, {{ text_key('command_hash') }}
limit 1
