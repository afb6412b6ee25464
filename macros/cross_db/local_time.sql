{% macro local_time(instant) -%}
    ({{ instant }} at time zone '{{ var("reporting_timezone") }}')
{%- endmacro %}
