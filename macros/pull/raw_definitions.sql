{% macro raw_definitions() -%}
    {#- Where a pull finds the rows of `task_def`: few, so that each statement asks for them. -#}
    {%- if not headroom.is_source_beside() -%}{{ return(source_or_empty('flotilla', 'task_def')) }}{%- endif -%}
    {{ headroom.asked_at_source(headroom.select_raw('task_def', 'true')) }}
{%- endmacro %}
