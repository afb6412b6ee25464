{% macro first_instant() -%}
    timestamptz '0001-01-01 00:00:00Z'
{%- endmacro %}
