{% macro inputs_fingerprint(node) -%}
    {#- What a model computes from besides its rows: the code of the models and the content of the
        reference seeds above it. When it changes, rows already in the model are wrong. -#}
    {%- set ancestors = [node.unique_id] -%}
    {%- for unique_id in ancestors -%}
        {%- for parent in (graph.nodes.get(unique_id) or {}).get('depends_on', {}).get('nodes', []) -%}
            {%- if parent not in ancestors and parent.split('.')[0] in ('model', 'seed') -%}
                {%- do ancestors.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [] -%}
    {%- for unique_id in ancestors | sort -%}
        {%- set ancestor = graph.nodes[unique_id] -%}
        {%- if ancestor.resource_type == 'seed' -%}
            {%- do parts.append(headroom.relation_fingerprint(ancestor)) -%}
        {%- else -%}
            {%- do parts.append(ancestor.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(local_md5(parts | join('|'))) -}}
{%- endmacro %}

{% macro relation_fingerprint(node) -%}
    {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if relation is none -%}{{ return('missing') }}{%- endif -%}
    {%- set row_text = text_key('cast(content as text)') -%}
    {%- set content = run_query(
        "select md5(string_agg(cast(content as text), '|' order by " ~ row_text ~ ")) from " ~ relation ~ " as content"
    ) -%}
    {{- return(content.rows[0][0] or 'empty') -}}
{%- endmacro %}
