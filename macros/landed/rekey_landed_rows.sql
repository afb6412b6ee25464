{% macro rekey_landed_rows(model, relation) -%}
    {#- Gives landed events that an older version keyed by their whole line (32 digits) the key that a
        load gives them (meta.event_key). Of events that are equal then, the best stays.
        landing.py of headroom.landed has the same rule. -#}
    {%- set event = model.config.meta.get('event_key') -%}
    {%- set id = model.config.unique_key[0] -%}
    {%- set has_line_keys = 'select count(*) from ' ~ relation ~ ' where length(' ~ id ~ ') = 32' -%}
    {%- if not event or run_query(has_line_keys).rows[0][0] == 0 -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set label = model.config.meta.get('keep_label') -%}
    {%- set columns = model.config.column_types.keys() | join(', ') -%}
    {%- set parts = [] -%}
    {%- for column in event['columns'] -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as text), '')") -%}
    {%- endfor -%}
    {%- if event.get('time') -%}
        {%- do parts.append("coalesce(cast(" ~ epoch_microseconds(event['time']) ~ " as text), '')") -%}
    {%- endif -%}
    {%- set twice = relation.identifier ~ '__twice' -%}
    {%- set rekey -%}
        update {{ relation }}
        set {{ id }} = '{{ event['letter'] }}' || md5(concat_ws(chr(31), {{ parts | join(', ') }}))
        where length({{ id }}) = 32;
        create temporary table {{ twice }} as
        select *
        from (
            select
                *,
                row_number() over (
                    partition by {{ id }}
                    order by
                        {% if label -%}
                            case when {{ label.column }} = '{{ label.until }}' then 1 else 0 end,
                        {% endif -%}
                        {{ model.config.meta['newest_by'] | join(' desc nulls last, ') }} desc nulls last
                ) as place,
                count(*) over (partition by {{ id }}) as copies
            from {{ relation }}
        ) as ranked
        where copies > 1;
        delete from {{ relation }} where {{ id }} in (select {{ id }} from {{ twice }});
        insert into {{ relation }} ({{ columns }}) select {{ columns }} from {{ twice }} where place = 1;
        drop table {{ twice }};
        insert into headroom_operations.changed_parts (part_kind, part, change_number, reason)
        select distinct
            '{{ headroom.kind_marked_by(model.unique_id) }}',
            {{ headroom.landed_part(model, 'landed') }},
            (
                select coalesce(max(change_number), 0) + 1
                from headroom_operations.changed_parts
                where part_kind = '{{ headroom.kind_marked_by(model.unique_id) }}'
            ),
            '{{ model.name }}'
        from {{ relation }} as landed
    {%- endset -%}
    {%- do adapter.add_query(rekey, auto_begin=false) -%}
{%- endmacro %}
