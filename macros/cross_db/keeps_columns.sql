{% macro keeps_columns(existing, sql) -%}
    {#- Whether a view can be replaced in its place by other SQL: PostgreSQL refuses to change its columns.
        DuckDB looks at the columns of a view when it is read. -#}
    {{ return(adapter.dispatch('keeps_columns', 'headroom')(existing, sql)) }}
{%- endmacro %}

{% macro default__keeps_columns(existing, sql) -%}
    {%- set columns = "select attnum, attname, atttypid, atttypmod, attcollation from pg_attribute where attnum > 0"
        ~ " and attrelid = " -%}
    {%- do run_query("create temporary view headroom_next_view as " ~ sql) -%}
    {%- set compared = run_query(
        "select count(*), count(next_columns.attnum) from ("
        ~ columns ~ "to_regclass('" ~ existing.schema ~ "." ~ existing.identifier ~ "')) as columns_now"
        ~ " left join (" ~ columns ~ "to_regclass('pg_temp.headroom_next_view')) as next_columns"
        ~ " on columns_now = next_columns"
    ).rows[0] -%}
    {%- do run_query("drop view pg_temp.headroom_next_view") -%}
    {{ return(compared[0] > 0 and compared[0] == compared[1]) }}
{%- endmacro %}

{% macro duckdb__keeps_columns(existing, sql) -%}
    {{ return(true) }}
{%- endmacro %}
