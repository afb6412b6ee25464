{% macro in_failure_scope(project) -%}
    {#- What an analysis of failures may see: the projects of the var `failure_projects`. * means all, and
        then also what has no project. Names are data: a quote in one stays in it. -#}
    {%- set names = [] -%}
    {%- for name in var('failure_projects') -%}
        {%- do names.append("'" ~ name | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    ('*' in ({{ names | join(', ') }}) or {{ project }} in ({{ names | join(', ') }}))
{%- endmacro %}
