{% macro snapshot_instant(column) -%}
    {#- dbt writes the times of a snapshot without a zone, in UTC on both engines. -#}
    ({{ column }} at time zone 'UTC')
{%- endmacro %}
