{% macro inputs_fingerprint(node) -%}
    {#- What a model computes from besides its rows: the project's variables, the code of the models
        and the content of the reference seeds above it. When it changes, rows already in the model are
        wrong. dbt shows a macro no code of other macros: after changing one, build in full. -#}
    {%- set ancestors = [node.unique_id] -%}
    {%- for unique_id in ancestors -%}
        {%- for parent in (graph.nodes.get(unique_id) or {}).get('depends_on', {}).get('nodes', []) -%}
            {%- if parent not in ancestors and parent.split('.')[0] in ('model', 'seed') -%}
                {%- do ancestors.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [var('reporting_timezone'), var('environment')] -%}
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
