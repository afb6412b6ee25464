-- Where contamination is worst in the last 30 days: OOMs x distinct commands.
with

shared as (

    {{ recent_shared_hashes(days=30) }}

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
