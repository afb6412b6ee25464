{% macro known_text(column) -%}
    {#- NULL for words that only say "unknown". -#}
    case when lower({{ column }}) not in ('', 'unknown') then {{ column }} end
{%- endmacro %}
