{% macro lock_landed_tables() -%}
    {#- Lets what writes landed rows follow each other to the end of their transactions, so that the numbers
        of changed parts rise. landing.py of headroom.landed takes the same lock; a DuckDB file has one writer. -#}
    {{ return(adapter.dispatch('lock_landed_tables', 'headroom')()) }}
{%- endmacro %}

{% macro default__lock_landed_tables() -%}
    {%- do run_query('select pg_advisory_xact_lock(7105204)') -%}
{%- endmacro %}

{% macro duckdb__lock_landed_tables() -%}
{%- endmacro %}
