{% macro rows_of(statement) -%}
    {{ return(run_query(statement).rows) }}
{%- endmacro %}
