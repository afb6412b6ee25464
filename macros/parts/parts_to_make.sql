{% macro parts_to_make(reaches_days=none) -%}
    {#- Which rows a model at day grain makes in this build: those of its parts that changed since it was
        made last, or all of them. `reaches_days`: a changed day of runs also changes so many days after it,
        and earlier ones whose runs started as late (a run reads donors until it starts). The list stands in
        a comment as well, from which `replace_parts` deletes the same ones and `record_parts` the number. -#}
    {%- if execute and not headroom.is_building() -%}{{ return('true') }}{%- endif -%}
    {%- set pulled_days = ref('stg_flotilla__days') if reaches_days is not none -%}
    {%- if not execute -%}{{ return('true') }}{%- endif -%}
    {%- set until = headroom.made_up_to() -%}
    {%- if not is_incremental() -%}
        /* parts: {"until": {{ until }}} */ true
    {%- else -%}
        {%- set days = headroom.changed_days(until, reaches_days, pulled_days) -%}
        /* parts: {{ tojson({'until': until, 'days': days}) }} */ {{ headroom.in_days('queued_day', days) }}
    {%- endif -%}
{%- endmacro %}
