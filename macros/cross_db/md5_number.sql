{% macro md5_number(md5, digits=15) -%}
    {#- The first hexadecimal digits of an md5 as a whole number from 0: a quarter of the bytes to compare.
        With 15 digits, that any two of ten million texts share a number is as likely as 1 in 20,000. -#}
    {{ adapter.dispatch('md5_number', 'headroom')(md5, digits) }}
{%- endmacro %}

{% macro default__md5_number(md5, digits) -%}
    cast(cast('x' || substr({{ md5 }}, 1, {{ digits }}) as bit({{ 4 * digits }})) as bigint)
{%- endmacro %}

{% macro duckdb__md5_number(md5, digits) -%}
    cast('0x' || substr({{ md5 }}, 1, {{ digits }}) as bigint)
{%- endmacro %}
