{% macro measure_columns(measures) -%}
    {%- for measure, aggregate in measures.items() -%}
        {{ aggregate }} as {{ measure }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
