{% macro create_input_fingerprints() -%}
    {#- on-run-start: the table that remembers what each incremental model was built from. -#}
    create schema if not exists headroom_operations;
    create table if not exists {{ fingerprints_relation().include(database=false) }} (
        model_name text primary key,
        fingerprint text not null
    )
{%- endmacro %}
