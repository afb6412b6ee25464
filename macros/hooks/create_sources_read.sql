{% macro create_sources_read() -%}
    {#- on-run-start: the table that remembers which raw and landed tables were ever read. Marts that a
        version without it built were read from Flotilla. -#}
    {%- set relation = sources_read_relation() -%}
    {%- set runs = api.Relation.create(database=target.database, schema=target.schema, identifier='flotilla__runs') -%}
    {%- if execute and not is_relation_there(relation) -%}
        create table if not exists {{ relation.include(database=false) }} (source_name text primary key);
        {%- if is_relation_there(runs) %}
            insert into {{ relation.include(database=false) }} (source_name)
            values ('task'), ('task_def') on conflict do nothing;
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
