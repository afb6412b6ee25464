{% macro round_scaled(numerator, denominator, digits) -%}
    {#- The rounded quotient read as units of 10^-digits. -#}
    {{ as_decimal(round_div(numerator, denominator), digits) }}
{%- endmacro %}
