-- Shared hashes of the last seven days under which a run was given memory near the cap.
select
    definition_id,
    command_hash,
    count(distinct command_md5) as distinct_commands,
    cast(sum(oom_count) as bigint) as oom_count,
    cast(sum(run_count) as bigint) as run_count,
    max(max_memory_mb) as max_memory_mb
from {{ ref('int_flotilla__hash_commands_as_of') }}
where queued_day > {{ as_of_today() }} - 7
group by definition_id, command_hash
having
    count(distinct command_md5) > 1
    and max(max_memory_mb) >= {{ threshold('near_cap_memory_mb') }}
order by max_memory_mb desc, run_count desc, {{ text_key('command_hash') }}
limit 20
