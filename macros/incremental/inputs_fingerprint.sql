{% macro inputs_fingerprint(node) -%}
    {#- What a model computes from besides its rows: the project's variables, the engine's hash of a text, the
        code of the models above it and of the macros that these use, and the content of the reference seeds
        above it. When it changes, rows already in the model are wrong. It ends at the pull and at landed
        tables: what changes there arrives as changed parts. -#}
    {%- set ancestors = [node.unique_id] -%}
    {%- for unique_id in ancestors -%}
        {%- for parent in (graph.nodes.get(unique_id) or {}).get('depends_on', {}).get('nodes', []) -%}
            {%- if
                parent not in ancestors
                and parent.split('.')[0] in ('model', 'seed')
                and not headroom.kind_marked_by(parent)
            -%}
                {%- do ancestors.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [var('reporting_timezone'), var('environment')] -%}
    {#- Stored key numbers are the engine's. -#}
    {%- do parts.append(headroom.rows_of("select " ~ headroom.key_number("'text'"))[0][0] | string) -%}
    {%- for unique_id in ancestors | sort -%}
        {%- set ancestor = graph.nodes[unique_id] -%}
        {%- if ancestor.resource_type == 'seed' -%}
            {%- do parts.append(headroom.relation_fingerprint(ancestor)) -%}
        {%- else -%}
            {%- do parts.append(ancestor.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in headroom.macros_used(ancestors) -%}
        {%- do parts.append(context['headroom'][name].macro.macro_sql) -%}
    {%- endfor -%}
    {{- return(local_md5(parts | join('|'))) -}}
{%- endmacro %}
