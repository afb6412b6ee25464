{% macro made_up_to() -%}
    {#- Up to which change a model can be made now: as far as every stored model above it is. A model that
        is built without those above it (`--select`) must not take their old rows for the new ones. -#}
    {%- set seen, stored = [model.unique_id], [] -%}
    {%- for unique_id in seen -%}
        {%- for parent in graph.nodes[unique_id].depends_on.nodes
            if parent.split('.')[0] in ('model', 'snapshot') and parent not in seen -%}
            {%- if graph.nodes[parent].config.materialized in ('view', 'ephemeral') -%}
                {%- do seen.append(parent) -%}
            {%- else -%}
                {%- do stored.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set numbers = [] -%}
    {%- for parent in stored | unique -%}
        {%- do numbers.append(
            "select coalesce(max(change_number), 0) as change_number from headroom_operations."
            ~ (
                "changed_parts" if headroom.is_pull(parent)
                else "made_parts where model_name = '" ~ graph.nodes[parent].name ~ "'"
            )
        ) -%}
    {%- endfor -%}
    {%- set all_of_them = numbers | join(' union all ') -%}
    {{ return(headroom.rows_of("select min(change_number) from (" ~ all_of_them ~ ") as numbers")[0][0] | int) }}
{%- endmacro %}
