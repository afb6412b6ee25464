{% macro changed_parts(until, reached) -%}
    {#- The parts to make, as texts, none for the NULL part. `until` names the kinds of parts that the model
        reads. Texts arrive behind a sign, or what looks like a number would arrive as one. -#}
    {%- set changes, parts_to_make = [], [] -%}
    {%- for part_kind, change_number in until.items() -%}
        {%- do changes.append(
            "changed_" ~ part_kind ~ " as (select distinct part from headroom_operations.changed_parts"
            ~ " where part_kind = '" ~ part_kind ~ "' and change_number <= " ~ change_number
            ~ " and change_number > (select coalesce(max(change_number), 0) from headroom_operations.made_parts"
            ~ " where model_name = '" ~ model.name ~ "' and part_kind = '" ~ part_kind ~ "'))"
        ) -%}
        {%- do parts_to_make.append(reached.get(part_kind, "select part from changed_" ~ part_kind)) -%}
    {%- endfor -%}
    {%- set statement -%}
        with {{ changes | join(', ') }}
        select distinct '=' || cast(part as text) as part
        from ({{ parts_to_make | join(' union all ') }}) as parts_to_make
    {%- endset -%}
    {%- set parts = [] -%}
    {%- for row in headroom.rows_of(statement) -%}
        {%- do parts.append(row[0][1:] if row[0] else none) -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}
