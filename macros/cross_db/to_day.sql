{% macro to_day(instant) -%}
    cast({{ local_time(instant) }} as date)
{%- endmacro %}
