{{ config(indexes=row_store_indexes([{'columns': ['queued_day']}])) }}
{%- set measures = allocation_measures() %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_day is not null and {{ parts_to_make(reaches_days=donor_days()) }}

),

allocated as (

    select
        queued_day,
        definition_id,
        definition_alias,
        baseline_memory_mb,
        memory_mb,
        is_elevated,
        {{ named_columns(measures) }},
        cast(sum(memory_gb_hours) as decimal(18, 6)) as memory_gb_hours
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
    distinct_command_hashes,
    memory_gb_hours
from allocated
