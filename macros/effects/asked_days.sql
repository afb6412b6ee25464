{% macro asked_days(name, otherwise) -%}
    {#- The number of days that a var holds; another where it is empty. -#}
    coalesce(cast(nullif('{{ var(name) }}', '') as integer), cast({{ otherwise }} as integer))
{%- endmacro %}
