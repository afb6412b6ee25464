{% macro select_raw(table_name, condition) -%}
    {#- A select of the declared columns of a table of Flotilla, never `env`, for the server that holds it. -#}
    {%- set declared = graph.sources['source.headroom.flotilla.' ~ table_name] -%}
    select
        {%- for column in declared.columns.values() %}
            {{ adapter.quote(column.name) if column.quote else column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('flotilla', table_name).include(database=false) }}
    where {{ condition }}
{%- endmacro %}
