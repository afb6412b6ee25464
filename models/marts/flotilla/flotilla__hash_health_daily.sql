{{ config(indexes=row_store_indexes([{'columns': ['queued_day']}])) }}

with

runs as (

    select * from {{ ref('int_flotilla__runs_baselined') }}
    where queued_day is not null and {{ parts_to_make() }}

),

counted as (

    select
        queued_day,
        definition_id,
        engine,
        definition_alias,
        count(*) as run_count,
        count(*) filter (where has_command) as command_run_count,
        count(*) filter (where hash_origin = 'command') as command_hash_run_count,
        count(*) filter (where hash_origin = 'description') as description_hash_run_count,
        count(*) filter (where hash_origin = 'client') as client_hash_run_count,
        count(*) filter (where hash_origin = 'null') as null_hash_run_count,
        count(*) filter (where hash_origin = 'null' and has_command) as null_hash_command_run_count,
        count(*) filter (where command_hash is distinct from expected_command_hash)
            as unexpected_hash_run_count
    from runs
    group by queued_day, definition_id, engine, definition_alias

)

select
    queued_day,
    definition_id,
    engine,
    definition_alias,
    run_count,
    command_run_count,
    command_hash_run_count,
    description_hash_run_count,
    client_hash_run_count,
    null_hash_run_count,
    null_hash_command_run_count,
    unexpected_hash_run_count
from counted
