select
    definition_id,
    command_hash,
    cast(sum(new_command_count) as bigint) as distinct_commands,
    cast(sum(oom_count) as bigint) as oom_count,
    cast(sum(exit_137_count) as bigint) as exit_137_count,
    cast(sum(command_run_count) as bigint) as run_count
from {{ ref('int_flotilla__hashes_as_of') }}
where command_hash is not null
group by definition_id, command_hash
having sum(new_command_count) > 1
