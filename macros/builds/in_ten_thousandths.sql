{% macro in_ten_thousandths(value) -%}
    {#- A decimal with four places as a whole number. -#}
    cast({{ value }} * 10000 as bigint)
{%- endmacro %}
