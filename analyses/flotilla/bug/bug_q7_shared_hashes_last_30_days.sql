-- Where contamination is worst in the last 30 days: OOMs x distinct commands.
with

-- Grouped before they are counted: on PostgreSQL counting distinct commands sorts a month of rows.
commands as (

    select
        definition_id,
        command_hash,
        command_md5,
        sum(oom_count) as oom_count,
        sum(run_count) as run_count,
        max(max_memory_mb) as max_memory_mb
    from {{ ref('int_flotilla__hash_commands_as_of') }}
    where queued_day > {{ as_of_today() }} - 30
    group by definition_id, command_hash, command_md5

),

shared as (

    select
        definition_id,
        command_hash,
        count(*) as distinct_commands,
        cast(sum(oom_count) as bigint) as oom_count,
        cast(sum(run_count) as bigint) as run_count,
        max(max_memory_mb) as max_memory_mb
    from commands
    group by definition_id, command_hash
    having count(*) > 1

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
