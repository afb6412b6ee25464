{% macro kinds_read(unique_id) -%}
    {#- The kinds of parts that a node is made from, whatever stands between. -#}
    {%- set seen, kinds = [unique_id], [] -%}
    {%- for node in seen -%}
        {%- if headroom.kind_marked_by(node) -%}
            {%- do kinds.append(headroom.kind_marked_by(node)) -%}
        {%- else -%}
            {%- for parent in graph.nodes[node].depends_on.get('nodes', [])
                if parent in graph.nodes and parent not in seen -%}
                {%- do seen.append(parent) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(kinds | unique | list) }}
{%- endmacro %}
