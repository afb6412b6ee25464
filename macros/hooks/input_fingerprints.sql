{% macro fingerprints_relation() -%}
    {{ return(api.Relation.create(
        database=target.database, schema='headroom_operations', identifier='input_fingerprints'
    )) }}
{%- endmacro %}

{% macro create_input_fingerprints() -%}
    {#- on-run-start: the table that remembers what each incremental model was built from. -#}
    create schema if not exists headroom_operations;
    create table if not exists {{ fingerprints_relation().include(database=false) }} (
        model_name text primary key,
        fingerprint text not null
    )
{%- endmacro %}

{% macro recorded_fingerprint(node) -%}
    {%- set relation = fingerprints_relation() -%}
    {%- if adapter.get_relation(relation.database, relation.schema, relation.identifier) is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set found = run_query(
        "select fingerprint from " ~ relation ~ " where model_name = '" ~ node.name ~ "'"
    ) -%}
    {{ return(found.rows[0][0] if found.rows | length else none) }}
{%- endmacro %}

{% macro record_input_fingerprints(results) -%}
    {#- on-run-end: a model that was built remembers its inputs; a killed run remembers nothing and
        is built in full the next time. -#}
    {%- for result in results
        if result.status == 'success' and result.node.resource_type == 'model'
        and result.node.config.materialized == 'incremental' %}
        {%- set fingerprint = inputs_fingerprint(result.node) %}
        insert into {{ fingerprints_relation().include(database=false) }} (model_name, fingerprint)
        values ('{{ result.node.name }}', '{{ fingerprint }}')
        on conflict (model_name) do update set fingerprint = excluded.fingerprint;
    {%- endfor %}
{%- endmacro %}
