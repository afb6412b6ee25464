{% macro event_id(model, microseconds) -%}
    {#- The key of an event (`meta.event_key`): its letter, and the md5 of what it says, with its time as a
        whole number where that is part of the key. -#}
    {%- set event, parts = model.config.meta.event_key, [] -%}
    {%- for column in event['columns'] -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as text), '')") -%}
    {%- endfor -%}
    {%- if event.get('time') -%}
        {%- do parts.append("coalesce(cast(" ~ microseconds ~ " as text), '')") -%}
    {%- endif -%}
    '{{ event.letter }}' || md5(concat_ws(chr(31), {{ parts | join(', ') }}))
{%- endmacro %}
