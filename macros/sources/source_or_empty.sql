{% macro source_or_empty(source_name, table_name) -%}
    {#- A raw table, or nothing with its declared columns and types where a user has no such table: the
        marts are then empty and typed. Refused where the table was read before or only a part of the
        source is there: what is lost must not empty the marts. -#}
    {%- set relation = headroom.raw_relation(source(source_name, table_name)) -%}
    {%- if not execute or is_relation_there(relation) -%}{{ return(relation) }}{%- endif -%}
    {%- do require_never_read(table_name, relation) -%}
    {%- set tables = graph.sources.values() | selectattr('source_name', 'equalto', source_name) | list -%}
    {%- for table in tables if table.name != table_name and is_relation_there(headroom.raw_relation(table)) -%}
        {{ exceptions.raise_compiler_error(
            table.schema ~ '.' ~ table.identifier ~ ' is there, but not ' ~ relation.schema ~ '.' ~ relation.identifier
            ~ ': load both tables, or name the schema that holds them in HEADROOM_SOURCE_SCHEMA'
        ) }}
    {%- endfor -%}
    {%- set declared = tables | selectattr('name', 'equalto', table_name) | first -%}
    (
        select
            {%- for column in declared.columns.values() %}
                {#- One name for JSON that both engines know. #}
                {%- set data_type = 'json' if column.data_type == 'jsonb' else column.data_type %}
                cast(null as {{ data_type }}) as {{ adapter.quote(column.name) if column.quote else column.name -}}
                {{ ',' if not loop.last }}
            {%- endfor %}
        where false
    )
{%- endmacro %}
