-- A table, not a view: every question about shared hashes, as of any day, is a sum over it.
{{ config(
    materialized='table',
    indexes=row_store_indexes([{'columns': ['day']}]),
) }}

with

commands_daily as (

    select * from {{ ref('int_flotilla__hash_commands_daily') }}

),

-- Distinct commands are not additive over days, but commands seen for the first time are.
commands as (

    select
        definition_id,
        command_hash,
        command_md5,
        min(queued_day) as first_day
    from commands_daily
    where command_md5 is not null
    group by definition_id, command_hash, command_md5

),

shared as (

    select
        definition_id,
        command_hash
    from commands
    where command_hash is not null
    group by definition_id, command_hash
    having count(*) > 1

),

followed as (

    select commands_daily.*
    from commands_daily
    left join shared
        on
            coalesce(commands_daily.definition_id, '') = coalesce(shared.definition_id, '')
            and commands_daily.command_hash = shared.command_hash
    where shared.command_hash is not null or commands_daily.command_hash is null

),

queued as (

    select
        queued_day as day,
        definition_id,
        command_hash,
        sum(run_count) as run_count,
        coalesce(sum(run_count) filter (where command_md5 is not null), 0) as command_run_count,
        0 as new_command_count,
        0 as oom_count,
        0 as exit_137_count,
        max(max_memory_mb) filter (where command_md5 is not null) as max_memory_mb,
        min(first_queued_at) filter (where command_md5 is not null) as first_queued_at,
        max(last_queued_at) filter (where command_md5 is not null) as last_queued_at
    from followed
    group by queued_day, definition_id, command_hash

),

-- What only the end of a run tells belongs to the day it ended; without one, to the queued day.
finished as (

    select
        coalesce(finished_day, queued_day) as day,
        definition_id,
        command_hash,
        0 as run_count,
        0 as command_run_count,
        0 as new_command_count,
        sum(oom_count) as oom_count,
        sum(exit_137_count) as exit_137_count,
        cast(null as integer) as max_memory_mb,
        cast(null as timestamptz) as first_queued_at,
        cast(null as timestamptz) as last_queued_at
    from followed
    where command_md5 is not null and oom_count > 0
    group by coalesce(finished_day, queued_day), definition_id, command_hash

),

first_seen as (

    select
        commands.first_day as day,
        commands.definition_id,
        commands.command_hash,
        0 as run_count,
        0 as command_run_count,
        count(*) as new_command_count,
        0 as oom_count,
        0 as exit_137_count,
        cast(null as integer) as max_memory_mb,
        cast(null as timestamptz) as first_queued_at,
        cast(null as timestamptz) as last_queued_at
    from commands
    left join shared
        on
            coalesce(commands.definition_id, '') = coalesce(shared.definition_id, '')
            and commands.command_hash = shared.command_hash
    where shared.command_hash is not null or commands.command_hash is null
    group by commands.first_day, commands.definition_id, commands.command_hash

),

events as (

    select * from queued
    union all
    select * from finished
    union all
    select * from first_seen

)

select
    day,
    definition_id,
    command_hash,
    cast(sum(run_count) as bigint) as run_count,
    cast(sum(command_run_count) as bigint) as command_run_count,
    cast(sum(new_command_count) as bigint) as new_command_count,
    cast(sum(oom_count) as bigint) as oom_count,
    cast(sum(exit_137_count) as bigint) as exit_137_count,
    max(max_memory_mb) as max_memory_mb,
    min(first_queued_at) as first_queued_at,
    max(last_queued_at) as last_queued_at
from events
group by day, definition_id, command_hash
