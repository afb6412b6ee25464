{% macro in_units(value, digits) -%}
    {#- A decimal of so many digits as a whole number of its last place. What stands before the point
        is scaled as a bigint: DuckDB refuses a product of decimals that outgrows 18 digits, and
        decimals and whole numbers of 38 digits cost it a hundred times as much. -#}
    (
        cast(trunc({{ value }}) as bigint) * {{ 10 ** digits }}
        + cast(({{ value }} - trunc({{ value }})) * {{ 10 ** digits }} as bigint)
    )
{%- endmacro %}
