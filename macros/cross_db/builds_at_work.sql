{% macro builds_at_work() -%}
    {#- The query for who holds the lock of builds (src/headroom/lock.py): on a server its session has a name. -#}
    {{ return(adapter.dispatch('builds_at_work', 'headroom')()) }}
{%- endmacro %}

{% macro default__builds_at_work() -%}
    select application_name
    from pg_catalog.pg_stat_activity
    where datname = current_database() and application_name like 'headroom build %'
{%- endmacro %}

{#- DuckDB itself locks its file, so that nobody asks this beside another build. -#}
{% macro duckdb__builds_at_work() -%}
    select '' where false
{%- endmacro %}
