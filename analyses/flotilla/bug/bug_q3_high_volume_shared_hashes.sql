-- The shared hashes with the most runs.
with

shared as (

    select * from {{ ref('int_flotilla__shared_hashes_as_of') }}

)

select
    command_hash,
    distinct_commands,
    run_count
from shared
order by run_count desc, {{ text_key('command_hash') }}
limit 3
