{%- set measures = allocation_measures() %}

with

runs as (

    select * from {{ ref('int_flotilla__runs_of_open_day') }}

),

open_day as (

    select
        queued_day,
        definition_id,
        definition_alias,
        baseline_memory_mb,
        memory_mb,
        is_elevated,
        {{ named_columns(measures) }}
    from runs
    group by
        queued_day, definition_id, definition_alias, baseline_memory_mb, memory_mb, is_elevated

)

select
    queued_day,
    definition_id,
    definition_alias,
    baseline_memory_mb,
    memory_mb,
    is_elevated,
    run_count,
    ara_enabled_run_count,
    at_cap_run_count,
    at_cap_or_elevated_run_count,
    hashed_run_count,
    distinct_command_hashes
from {{ ref('flotilla__allocation_daily') }}
where queued_day < {{ as_of_open_day() }}
union all
select
    queued_day,
    definition_id,
    definition_alias,
    baseline_memory_mb,
    memory_mb,
    is_elevated,
    run_count,
    ara_enabled_run_count,
    at_cap_run_count,
    at_cap_or_elevated_run_count,
    hashed_run_count,
    distinct_command_hashes
from open_day
