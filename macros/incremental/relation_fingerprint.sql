{% macro relation_fingerprint(node) -%}
    {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if relation is none -%}{{ return('missing') }}{%- endif -%}
    {%- set row_text = text_key('cast(content as text)') -%}
    {%- set content = run_query(
        "select md5(string_agg(cast(content as text), '|' order by " ~ row_text ~ ")) from " ~ relation ~ " as content"
    ) -%}
    {{- return(content.rows[0][0] or 'empty') -}}
{%- endmacro %}
