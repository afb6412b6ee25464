{% macro median_of_three(a, b, c) -%}
    {#- The middle one of three values, none of them NULL. -#}
    ({{ a }} + {{ b }} + {{ c }} - greatest({{ a }}, {{ b }}, {{ c }}) - least({{ a }}, {{ b }}, {{ c }}))
{%- endmacro %}
