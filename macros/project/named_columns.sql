{% macro named_columns(columns) -%}
    {#- Computed columns of a select: each expression under its name. -#}
    {%- for name, expression in columns.items() -%}
        {{ expression }} as {{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
