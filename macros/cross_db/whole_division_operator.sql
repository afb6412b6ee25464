{% macro whole_division_operator() -%}
    {{ return(adapter.dispatch('whole_division_operator', 'headroom')()) }}
{%- endmacro %}

{% macro default__whole_division_operator() -%}
    {{ return('/') }}
{%- endmacro %}

{% macro duckdb__whole_division_operator() -%}
    {#- DuckDB's / gives a double. -#}
    {{ return('//') }}
{%- endmacro %}
