{% macro is_source_beside() -%}
    {#- Whether Flotilla's tables are in another database than the marts: on a server beside a DuckDB file,
        which a build attaches under the name `flotilla_source` (headroom.source). -#}
    {{ return(execute and adapter.dispatch('is_source_beside', 'headroom')()) }}
{%- endmacro %}

{% macro default__is_source_beside() -%}
    {{ return(false) }}
{%- endmacro %}

{% macro duckdb__is_source_beside() -%}
    {%- set found = run_query("select count(*) from duckdb_databases() where database_name = 'flotilla_source'") -%}
    {{ return(found.rows[0][0] > 0) }}
{%- endmacro %}
