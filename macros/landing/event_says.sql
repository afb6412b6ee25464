{% macro event_says(event, alias) -%}
    {#- What an event says, without its time, as one text (`meta.event_key`). -#}
    {%- set said = [] -%}
    {%- for column in event['columns'] -%}
        {%- do said.append("coalesce(cast(" ~ alias ~ "." ~ column ~ " as text), '')") -%}
    {%- endfor -%}
    concat_ws(chr(31), {{ said | join(', ') }})
{%- endmacro %}
