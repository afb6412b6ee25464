{% macro touched_parts(model, relation, rows) -%}
    {#- The parts that rows touch which came or went; `rows` follows a FROM, with the alias `touching`. An event
        without a time counts only while no event with a time says the same: parts of such ones are touched
        as well. -#}
    {%- set event = model.config.meta.get('event_key') -%}
    select {{ landed_part(model, 'touching') }} as part from {{ rows }}
    {%- if event and event.get('time') %}
        union
        select {{ landed_part(model, 'untimed') }}
        from {{ relation }} as untimed
        where
            untimed.{{ event.time }} is null
            and {{ event_says(event, 'untimed') }} in (select {{ event_says(event, 'touching') }} from {{ rows }})
    {%- endif -%}
{%- endmacro %}
