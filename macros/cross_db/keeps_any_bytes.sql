{% macro keeps_any_bytes() -%}
    {#- Whether texts have to be checked: asked once, since a check of each text costs a sixth of a pull. -#}
    {{ return(adapter.dispatch('keeps_any_bytes', 'headroom')()) }}
{%- endmacro %}

{% macro default__keeps_any_bytes() -%}
    {{ return(headroom.is_building() and headroom.rows_of("show server_encoding")[0][0] == 'SQL_ASCII') }}
{%- endmacro %}

{% macro duckdb__keeps_any_bytes() -%}
    {{ return(false) }}
{%- endmacro %}
