{% macro round_wide(numerator, denominator, digits, precision=18) -%}
    {#- round_scaled for whole numbers that only fit wide_integer. Neither may be negative; NULL where
        the denominator is zero. Ratios over what can be next to nothing take a `precision` of 38. -#}
    {%- set twice = '(2 * ' ~ wide_integer(numerator) ~ ' * ' ~ 10 ** digits ~ ' + ' ~ wide_integer(denominator) ~ ')' -%}
    {%- set divisor = 'nullif(2 * ' ~ wide_integer(denominator) ~ ', 0)' -%}
    {%- set quotient = twice ~ ' // ' ~ divisor if target.type == 'duckdb' else 'div(' ~ twice ~ ', ' ~ divisor ~ ')' -%}
    {{ as_decimal(quotient, digits, precision) }}
{%- endmacro %}
