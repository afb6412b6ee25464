-- The shared hash with the most OOMs by exit code 137.
with

shared as (

    select * from {{ ref('int_flotilla__shared_hashes_as_of') }}

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
