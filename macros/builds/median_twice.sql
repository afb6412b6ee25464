{% macro median_twice(value) -%}
    {#- Twice the median of a group, exactly: the sum of its two middle values, in the value's own type. -#}
    (
        percentile_disc(0.5) within group (order by {{ value }})
        + percentile_disc(0.5) within group (order by {{ value }} desc)
    )
{%- endmacro %}
