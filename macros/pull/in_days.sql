{% macro in_days(column, days) -%}
    {#- Whether a day is one of a list, which may hold none for NULL. -#}
    {%- set dates = [] -%}
    {%- for day in days if day -%}
        {%- do dates.append("date '" ~ day ~ "'") -%}
    {%- endfor -%}
    {%- set tests = [] -%}
    {%- do tests.append(column ~ ' in (' ~ dates | join(', ') ~ ')') if dates -%}
    {%- do tests.append(column ~ ' is null') if none in days -%}
    {{ return('(' ~ (tests | join(' or ') or 'false') ~ ')') }}
{%- endmacro %}
