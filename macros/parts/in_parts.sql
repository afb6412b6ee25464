{% macro in_parts(column, parts) -%}
    {#- Whether a column holds one of some parts, which may be none for NULL. A literal without a type takes
        the type of the column. -#}
    {%- set literals = [] -%}
    {%- for part in parts if part is not none -%}
        {%- do literals.append("'" ~ part | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {%- set tests = [] -%}
    {%- do tests.append(column ~ ' in (' ~ literals | join(', ') ~ ')') if literals -%}
    {%- do tests.append(column ~ ' is null') if none in parts -%}
    {{ return('(' ~ (tests | join(' or ') or 'false') ~ ')') }}
{%- endmacro %}
