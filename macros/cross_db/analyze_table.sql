{% macro analyze_table(relation_name) -%}
    {#- PostgreSQL plans by statistics, and a table just made has none until its own housekeeping comes
        by. DuckDB keeps them itself. -#}
    {{ adapter.dispatch('analyze_table', 'headroom')(relation_name) }}
{%- endmacro %}

{% macro default__analyze_table(relation_name) -%}
    analyze {{ relation_name }};
{%- endmacro %}

{% macro duckdb__analyze_table(relation_name) -%}
{%- endmacro %}

{% macro analyze_now(relation_name) -%}
    {#- The same in the middle of a materialization. -#}
    {%- set statement = headroom.analyze_table(relation_name) | trim -%}
    {%- do run_query(statement) if statement -%}
{%- endmacro %}
