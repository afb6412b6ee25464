{% macro made_up_to() -%}
    {#- Up to which change of each kind a model can be made now: as far as what marks the kind, and every
        stored model above it that reads the kind, is. A model that is built without those above it
        (`--select`) must not take their old rows for the new ones. -#}
    {%- set seen, numbers = [model.unique_id], [] -%}
    {%- for unique_id in seen -%}
        {%- for parent in graph.nodes[unique_id].depends_on.get('nodes', [])
            if parent in graph.nodes and parent not in seen -%}
            {%- set own_kind = headroom.kind_marked_by(parent) -%}
            {%- if own_kind -%}
                {%- do numbers.append(headroom.last_change('changed_parts', own_kind)) -%}
            {%- elif graph.nodes[parent].config.materialized in ('view', 'ephemeral') -%}
                {%- do seen.append(parent) -%}
            {%- else -%}
                {%- for part_kind in headroom.kinds_read(parent) -%}
                    {%- do numbers.append(
                        headroom.last_change('made_parts', part_kind, graph.nodes[parent].name)
                    ) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set until = {} -%}
    {%- if numbers -%}
        {%- for row in headroom.rows_of(
            "select part_kind, min(change_number) from (" ~ numbers | unique | join(' union all ')
            ~ ") as numbers group by part_kind order by part_kind"
        ) -%}
            {%- do until.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(until) }}
{%- endmacro %}
