{% macro round_scaled(numerator, denominator, digits) -%}
    {#- The rounded quotient read as units of 10^-digits: a decimal that both engines hold exactly. -#}
    cast(
        cast({{ round_div(numerator, denominator) }} as decimal(18, 0))
        * cast({{ '%.*f' % (digits, 10 ** -digits) }} as decimal(18, {{ digits }}))
        as decimal(18, {{ digits }})
    )
{%- endmacro %}
