{% macro mark_landed_parts(model, touched) -%}
    {#- A statement that marks the parts of a landed table which a query gives in its column `part`. -#}
    {%- set part_kind = model.config.meta.part_kind -%}
    insert into headroom_operations.changed_parts (part_kind, part, change_number, reason)
    select distinct
        '{{ part_kind }}',
        part,
        (
            select coalesce(max(change_number), 0) + 1
            from headroom_operations.changed_parts
            where part_kind = '{{ part_kind }}'
        ),
        '{{ model.name }}'
    from ({{ touched }}) as touched;
{%- endmacro %}
