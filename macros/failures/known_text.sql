{% macro known_text(column) -%}
    {#- NULL for what only says that nobody knows. -#}
    case when lower({{ column }}) not in ('', 'unknown') then {{ column }} end
{%- endmacro %}
