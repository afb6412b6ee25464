{% macro fingerprints_relation() -%}
    {{ return(api.Relation.create(
        database=target.database, schema='headroom_operations', identifier='input_fingerprints'
    )) }}
{%- endmacro %}
