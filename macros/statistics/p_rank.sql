{% macro p_rank(p_value, family) -%}
    {#- How many p values of a family are not larger: equal ones share the largest rank. -#}
    count({{ p_value }}) over (partition by {{ family }} order by {{ p_value }} nulls last)
{%- endmacro %}
