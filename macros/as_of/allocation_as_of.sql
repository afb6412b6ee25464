{% macro allocation_as_of() -%}
    {#- The rows of flotilla__allocation_daily as they stood at the moment `as_of`. Only the day that
        the cut divides is counted from runs. -#}
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
    from ({{ allocation_measures(runs_of_open_day() ~ ' as runs') }}) as open_day
{%- endmacro %}
