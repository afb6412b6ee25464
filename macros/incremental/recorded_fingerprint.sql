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
