{% macro landed_part(model, alias) -%}
    {#- The part of a landed row as text: the value of the seed's `meta.part_column`, of an instant its day in
        UTC. -#}
    {%- set column = model.config.meta.part_column -%}
    {%- if model.config.column_types[column] == 'timestamptz' -%}
        cast(cast({{ alias }}.{{ column }} at time zone 'UTC' as date) as text)
    {%- else -%}
        cast({{ alias }}.{{ column }} as text)
    {%- endif -%}
{%- endmacro %}
