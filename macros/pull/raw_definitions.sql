{% macro raw_definitions() -%}
    {#- Where a pull finds the rows of `task_def`: see `raw_runs`. -#}
    {{ return('pull_all_definitions' if headroom.is_source_beside() else source_or_empty('flotilla', 'task_def')) }}
{%- endmacro %}
