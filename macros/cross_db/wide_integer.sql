{% macro wide_integer(value) -%}
    {#- A whole number of up to 38 digits: products of sums outgrow a bigint. -#}
    cast({{ value }} as {{ 'hugeint' if target.type == 'duckdb' else 'numeric' }})
{%- endmacro %}
