{% macro raw_runs() -%}
    {#- Where a pull finds the rows of `task` that it compares. From a server beside this database they are
        fetched first (`fetch_runs`). -#}
    {%- set local = ref('base_flotilla__task') -%}
    {{ return('pull_runs' if headroom.is_building() and headroom.is_source_beside() else local) }}
{%- endmacro %}
