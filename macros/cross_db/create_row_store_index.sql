{% macro create_row_store_index(schema, table, column) -%}
    {#- A statement that makes an index of a table of Headroom's own where the engine searches by one, as
        `row_store_indexes` does for models; empty where it does not. -#}
    {{ adapter.dispatch('create_row_store_index', 'headroom')(schema, table, column) }}
{%- endmacro %}

{% macro default__create_row_store_index(schema, table, column) -%}
    create index if not exists {{ table }}_{{ column }} on {{ schema }}.{{ table }} ({{ column }});
{%- endmacro %}

{% macro duckdb__create_row_store_index(schema, table, column) -%}
{%- endmacro %}
