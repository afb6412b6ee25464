{% macro elsewhere(measure) -%}
    {#- The sum of a measure over all times of a dimension that are not found yet, and over the time itself. -#}
    cast(
        coalesce(sum(case when not is_found then {{ measure }} end) over (partition by dimension), 0)
        + case when is_found then {{ measure }} else 0 end as bigint
    )
{%- endmacro %}
