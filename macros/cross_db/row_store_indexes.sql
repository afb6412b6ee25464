{% macro row_store_indexes(indexes) -%}
    {#- Indexes for PostgreSQL only: DuckDB scans columns, and its indexes refuse a key that is deleted
        and inserted in one transaction. -#}
    {{ return(adapter.dispatch('row_store_indexes', 'headroom')(indexes)) }}
{%- endmacro %}

{% macro default__row_store_indexes(indexes) -%}
    {{ return(indexes) }}
{%- endmacro %}

{% macro duckdb__row_store_indexes(indexes) -%}
    {{ return([]) }}
{%- endmacro %}
