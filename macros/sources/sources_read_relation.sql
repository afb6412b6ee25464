{% macro sources_read_relation() -%}
    {{ return(api.Relation.create(
        database=target.database, schema='headroom_operations', identifier='sources_read'
    )) }}
{%- endmacro %}
