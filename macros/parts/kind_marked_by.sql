{% macro kind_marked_by(unique_id) -%}
    {#- The kind of parts of which a node marks those that it changed: its `meta.part_kind`. None for most. -#}
    {{ return(((graph.nodes.get(unique_id) or {}).get('config') or {}).get('meta', {}).get('part_kind')) }}
{%- endmacro %}
