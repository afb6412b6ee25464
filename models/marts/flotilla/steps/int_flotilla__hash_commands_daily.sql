-- Materialized here, not in the folder: it is the one intermediate that is read again and again, by
-- int_flotilla__shared_hashes_daily and by as-of questions.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_parts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['queued_day']},
        {'columns': ['definition_id', 'command_hash', 'command_md5']},
    ]),
) }}

with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_day is not null and {{ parts_to_make(reaches_days=donor_days()) }}

),

counted as (

    select
        queued_day,
        finished_day,
        definition_id,
        engine,
        command_hash,
        command_md5,
        has_command,
        count(*) as run_count,
        count(*) filter (where is_oom) as oom_count,
        count(*) filter (where exit_code = 137) as exit_137_count,
        max(memory_mb) as max_memory_mb,
        min(queued_at) as first_queued_at,
        max(queued_at) as last_queued_at
    from runs
    group by
        queued_day, finished_day, definition_id, engine, command_hash, command_md5, has_command

)

select * from counted
