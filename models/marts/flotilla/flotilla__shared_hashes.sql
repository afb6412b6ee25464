-- A table, not incremental: a hash gathers commands over all of its history.
{{ config(materialized='table') }}

select
    definition_id,
    command_hash,
    cast(sum(new_command_count) as bigint) as distinct_commands,
    cast(sum(oom_count) as bigint) as oom_count,
    cast(sum(exit_137_count) as bigint) as exit_137_count,
    cast(sum(command_run_count) as bigint) as run_count,
    max(max_memory_mb) as max_memory_mb,
    min(first_queued_at) as first_seen_at,
    max(last_queued_at) as last_seen_at
from {{ ref('int_flotilla__shared_hashes_daily') }}
where command_hash is not null
group by definition_id, command_hash
having sum(new_command_count) > 1
