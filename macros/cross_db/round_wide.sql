{% macro round_wide(numerator, denominator, digits) -%}
    {#- round_scaled for whole numbers that only fit wide_integer. Neither may be negative; NULL where
        the denominator is zero. -#}
    {%- set twice = '(2 * ' ~ wide_integer(numerator) ~ ' * ' ~ 10 ** digits ~ ' + ' ~ wide_integer(denominator) ~ ')' -%}
    {%- set divisor = 'nullif(2 * ' ~ wide_integer(denominator) ~ ', 0)' -%}
    {%- set quotient = twice ~ ' // ' ~ divisor if target.type == 'duckdb' else 'div(' ~ twice ~ ', ' ~ divisor ~ ')' -%}
    cast(
        cast({{ quotient }} as decimal(18, 0)) * cast({{ '%.*f' % (digits, 10 ** -digits) }} as decimal(18, {{ digits }}))
        as decimal(18, {{ digits }})
    )
{%- endmacro %}
