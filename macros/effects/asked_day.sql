{% macro asked_day(name) -%}
    {#- The day that a var holds; NULL where it is empty. -#}
    cast(nullif('{{ var(name) }}', '') as date)
{%- endmacro %}
