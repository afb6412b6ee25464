{% macro runs_to_count(measures={}) -%}
    {#- What a model at day grain counts: all runs that have a day, or those of the days to refresh.
        These are rendered outside the condition, so that dbt sees what they refer to. -#}
    {%- set days_to_refresh = days_to_refresh(ref('flotilla__runs'), measures) -%}
    select *
    from {{ ref('flotilla__runs') }}
    where
        queued_day is not null
        {%- if is_incremental() %}
            and queued_day in (
                {{ days_to_refresh }}
            )
        {%- endif %}
{%- endmacro %}
