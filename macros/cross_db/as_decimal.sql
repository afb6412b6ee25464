{% macro as_decimal(units, digits, precision=18) -%}
    {#- A whole number of units of 10^-digits, as a decimal that both engines hold exactly. -#}
    cast(
        cast({{ units }} as decimal({{ precision }}, 0))
        * cast({{ '0.' ~ '0' * (digits - 1) ~ '1' if digits else '1' }} as decimal({{ precision }}, {{ digits }}))
        as decimal({{ precision }}, {{ digits }})
    )
{%- endmacro %}
