{% macro create_own_tables() -%}
    {#- on-run-start: the tables that the pull and the parts need, as their sources declare them. -#}
    create schema if not exists headroom_staging;
    create schema if not exists headroom_operations;
    {%- for table in (graph.sources if execute else {}).values() if table.source_name in ('pulled', 'operations') %}
        create table if not exists {{ table.schema }}.{{ table.identifier }} (
            {%- for column in table.columns.values() %}
                {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
            {%- endfor %}
        );
    {%- endfor %}
{%- endmacro %}
