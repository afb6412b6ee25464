{% macro is_relation_there(relation) -%}
    {#- Whether a table or view of any kind exists, also one that may not be read. dbt's own cache leaves
        out foreign tables. -#}
    {%- set found = run_query(count_relations(relation)) -%}
    {{ return(found.rows[0][0] > 0) }}
{%- endmacro %}

{% macro count_relations(relation) -%}
    {{ return(adapter.dispatch('count_relations', 'headroom')(relation)) }}
{%- endmacro %}

{% macro default__count_relations(relation) -%}
    select count(*)
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where
        pg_namespace.nspname = '{{ relation.schema }}'
        and pg_class.relname = '{{ relation.identifier }}'
        and pg_class.relkind in ('r', 'p', 'v', 'm', 'f')
{%- endmacro %}

{% macro duckdb__count_relations(relation) -%}
    select count(*)
    from information_schema.tables
    where
        lower(table_catalog) = lower('{{ relation.database }}')
        and lower(table_schema) = lower('{{ relation.schema }}')
        and lower(table_name) = lower('{{ relation.identifier }}')
{%- endmacro %}
