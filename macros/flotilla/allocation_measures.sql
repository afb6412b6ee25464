{% macro allocation_measures(runs) -%}
    {#- Runs by day, definition, baseline and memory: the mart's rows, and an intraday cut's. -#}
    select
        queued_day,
        definition_id,
        definition_alias,
        baseline_memory_mb,
        memory_mb,
        is_elevated,
        count(*) as run_count,
        count(*) filter (where is_ara_enabled) as ara_enabled_run_count,
        count(*) filter (where is_at_cap) as at_cap_run_count,
        count(*) filter (where is_at_cap or is_elevated_ara_enabled) as at_cap_or_elevated_run_count,
        count(command_hash) as hashed_run_count,
        count(distinct command_hash) as distinct_command_hashes,
        cast(sum(memory_gb_hours) as decimal(18, 6)) as memory_gb_hours
    from {{ runs }}
    group by
        queued_day, definition_id, definition_alias, baseline_memory_mb, memory_mb, is_elevated
{%- endmacro %}
