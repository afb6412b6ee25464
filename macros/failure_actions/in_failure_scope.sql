{% macro in_failure_scope(project) -%}
    {#- What an analysis of failures may see: the projects of the var `failure_projects`; an empty list
        means all, and then what has no project as well. Names are data: a quote in one stays in it. -#}
    {%- set projects = var('failure_projects') -%}
    {%- if projects -%}
        {{ project }} in (
        {%- for name in projects -%}
            '{{ name | replace("'", "''") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
