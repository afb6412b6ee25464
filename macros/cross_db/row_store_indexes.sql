{% macro row_store_indexes(indexes) -%}
    {#- Indexes for PostgreSQL only: DuckDB scans columns, and its indexes refuse a key that is deleted
        and inserted in one transaction. -#}
    {{ return(indexes if target.type == 'postgres' else []) }}
{%- endmacro %}
