{% macro merge_landed_rows(model, agate_table) -%}
    {#- Merges the rows of a seed's CSV into its table by key, inside the transaction of the seed. The CSV goes
        into a temporary table of text first. -#}
    {%- if agate_table.rows | length == 0 -%}{{ return('-- no rows to merge') }}{%- endif -%}
    {%- do headroom.lock_landed_tables() -%}
    {%- set columns = agate_table.column_names -%}
    {%- set written = 'written_' ~ model.name -%}
    {%- do stage_landed_rows(model, agate_table, written) -%}
    {%- set merge -%}
        {% if target.type == 'postgres' -%}
            lock table {{ this }} in share row exclusive mode;
        {% endif -%}
        create temporary table incoming_{{ model.name }} as
        select
            {% for column in columns -%}
                {{ landed_value(column, model.config.column_types[column]) }} as {{ column }},
            {% endfor -%}
            incoming_row
        from {{ written }};
        {{ merge_incoming_rows(model, this, columns) }};
        drop table merged_{{ model.name }};
        drop table incoming_{{ model.name }};
        drop table {{ written }}
    {%- endset -%}
    {%- do adapter.add_query(merge, auto_begin=false) -%}
    {{ return(merge) }}
{%- endmacro %}
