-- Shared hashes of the last seven days under which a run was given memory near the cap.
with

shared as (

    {{ recent_shared_hashes(days=7) }}

)

select
    definition_id,
    command_hash,
    distinct_commands,
    oom_count,
    run_count,
    max_memory_mb
from shared
where max_memory_mb >= {{ threshold('near_cap_memory_mb') }}
order by max_memory_mb desc, run_count desc, {{ text_key('command_hash') }}
limit 20
