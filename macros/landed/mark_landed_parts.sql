{% macro mark_landed_parts(model, columns, incoming, same_key) -%}
    {#- Statements before a merge: they mark the parts of rows that it changes, before and after. An event
        without a time counts only while none with a time says the same: its part is marked as well.
        parts.py of headroom.landed has the same rules. `incoming`: the table of rows as they will be. -#}
    {%- set part_kind = headroom.kind_marked_by(model.unique_id) -%}
    {%- if not part_kind -%}{{ return('') }}{%- endif -%}
    {%- set key, event = model.config.unique_key, model.config.meta.get('event_key') -%}
    {%- set touching = incoming ~ '_touching' -%}
    create temporary table {{ touching }} as
    select
        incoming.*,
        {{ headroom.landed_part(model, 'landed') }} as known_part,
        landed.{{ key[0] }} is null as is_new
    from {{ incoming }} as incoming
    left join {{ this }} as landed on {{ same_key }}
    where
        landed.{{ key[0] }} is null
        {%- for column in columns %}
            or landed.{{ column }} is distinct from incoming.{{ column }}
        {%- endfor %};
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
    from (
        select {{ headroom.landed_part(model, 'touching') }} as part from {{ touching }} as touching
        union
        select known_part from {{ touching }} where not is_new
        {%- if event and event.get('time') %}
            union
            select {{ headroom.landed_part(model, 'untimed') }}
            from {{ this }} as untimed
            where
                untimed.{{ event['time'] }} is null
                and {{ headroom.event_says(event, 'untimed') }} in (
                    select {{ headroom.event_says(event, 'touching') }} from {{ touching }} as touching where is_new
                )
        {%- endif %}
    ) as touched;
    drop table {{ touching }};
{%- endmacro %}
