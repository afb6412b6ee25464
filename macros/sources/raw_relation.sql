{% macro raw_relation(relation) -%}
    {#- A raw table where it is: in this database, or in the one beside it. -#}
    {%- if not headroom.is_source_beside() -%}{{ return(relation) }}{%- endif -%}
    {{ return(api.Relation.create(
        database='flotilla_source', schema=relation.schema, identifier=relation.identifier
    )) }}
{%- endmacro %}
