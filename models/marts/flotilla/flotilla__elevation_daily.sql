{{ config(indexes=row_store_indexes([{'columns': ['queued_day']}])) }}
{%- set attributions = attribution_measures() %}

with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_day is not null and {{ parts_to_make(reaches_days=donor_days()) }}

),

counted as (

    select
        runs.queued_day,
        runs.definition_id,
        runs.definition_alias,
        count(*) as run_count,
        count(runs.memory_mb) as scheduled_run_count,
        count(*) filter (where runs.is_ara_enabled) as ara_enabled_run_count,
        count(*) filter (where runs.is_elevated) as elevated_run_count,
        count(*) filter (where runs.is_elevated_ara_enabled) as elevated_ara_enabled_run_count,
        count(*) filter (where runs.is_at_cap) as at_cap_run_count,
        max(runs.memory_mb) as max_memory_mb,
        coalesce(sum(runs.memory_gb_hours) filter (where runs.is_elevated), 0) as elevated_gb_hours,
        {{ named_columns(attributions) }}
    from runs
    group by runs.queued_day, runs.definition_id, runs.definition_alias

)

select
    queued_day,
    definition_id,
    definition_alias,
    run_count,
    scheduled_run_count,
    ara_enabled_run_count,
    elevated_run_count,
    elevated_ara_enabled_run_count,
    at_cap_run_count,
    max_memory_mb,
    cast(elevated_gb_hours as decimal(18, 6)) as elevated_gb_hours,
    elevated_ara_run_count,
    elevated_run_request_count,
    not_eligible_count,
    gpu_request_count,
    ara_capped_count,
    ara_exact_count,
    ara_in_interval_count,
    ara_mismatch_count,
    floor_count,
    default_count,
    run_request_count,
    contaminated_run_count,
    contaminated_gb_hours
from counted
