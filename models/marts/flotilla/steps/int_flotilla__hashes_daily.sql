-- Materialized here, not in the folder: it is summed by day once, and read in each build.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([{'columns': ['queued_day']}]),
) }}

with

commands_daily as (

    select * from {{ ref('int_flotilla__hash_commands_daily') }}
    where {{ parts_to_make(reaches_days=donor_days()) }}

),

queued as (

    select
        queued_day,
        queued_day as day,
        definition_id,
        command_hash,
        sum(run_count) as run_count,
        coalesce(sum(run_count) filter (where command_md5 is not null), 0) as command_run_count,
        0 as oom_count,
        0 as exit_137_count,
        max(max_memory_mb) filter (where command_md5 is not null) as max_memory_mb,
        min(first_queued_at) filter (where command_md5 is not null) as first_queued_at,
        max(last_queued_at) filter (where command_md5 is not null) as last_queued_at
    from commands_daily
    group by queued_day, definition_id, command_hash

),

-- What only the end of a run tells belongs to the day it ended; without one, to the queued day.
finished as (

    select
        queued_day,
        coalesce(finished_day, queued_day) as day,
        definition_id,
        command_hash,
        0 as run_count,
        0 as command_run_count,
        sum(oom_count) as oom_count,
        sum(exit_137_count) as exit_137_count,
        cast(null as integer) as max_memory_mb,
        cast(null as timestamptz) as first_queued_at,
        cast(null as timestamptz) as last_queued_at
    from commands_daily
    where command_md5 is not null and oom_count > 0
    group by queued_day, coalesce(finished_day, queued_day), definition_id, command_hash

),

events as (

    select * from queued
    union all
    select * from finished

)

select
    queued_day,
    day,
    definition_id,
    command_hash,
    cast(sum(run_count) as bigint) as run_count,
    cast(sum(command_run_count) as bigint) as command_run_count,
    cast(sum(oom_count) as bigint) as oom_count,
    cast(sum(exit_137_count) as bigint) as exit_137_count,
    max(max_memory_mb) as max_memory_mb,
    min(first_queued_at) as first_queued_at,
    max(last_queued_at) as last_queued_at
from events
group by queued_day, day, definition_id, command_hash
