{% macro to_day(instant) -%}
    cast({{ instant }} at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}
