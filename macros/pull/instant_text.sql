{% macro instant_text(instant) -%}
    {#- An instant as text that reads as the same instant again, on every engine. -#}
    cast(({{ instant }}) at time zone 'UTC' as text) || 'Z'
{%- endmacro %}
