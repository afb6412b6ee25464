{% macro counted_word(count, word) -%}
    {#- A word as it stands behind a number. -#}
    case when {{ count }} = 1 then '{{ word }}' else '{{ word }}s' end
{%- endmacro %}
