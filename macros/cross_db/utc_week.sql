{% macro utc_week(instant) -%}
    {#- The Monday of the UTC week of an instant. -#}
    cast(date_trunc('week', {{ instant }} at time zone 'UTC') as date)
{%- endmacro %}
