{% macro round_ratio(numerator, denominator, digits) -%}
    {#- Ratio of two whole numbers as a decimal with `digits` places, rounded by round_div. -#}
    {{ round_scaled('cast(' ~ numerator ~ ' as bigint) * ' ~ 10 ** digits, 'cast(' ~ denominator ~ ' as bigint)', digits) }}
{%- endmacro %}
