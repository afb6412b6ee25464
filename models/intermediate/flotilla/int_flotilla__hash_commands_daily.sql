-- Materialized here, not in the folder: it is the one intermediate that is read again and again, by
-- int_flotilla__shared_hashes_daily and by as-of questions.
{{ config(
    materialized='incremental',
    unique_key='queued_day',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['queued_day']},
        {'columns': ['definition_id', 'command_hash', 'command_md5']},
    ]),
) }}

with

runs as (

    {{ runs_to_count() }}

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
        count(*) filter (where not is_final) as open_run_count,
        count(*) filter (where is_definition_missing) as undefined_run_count,
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
