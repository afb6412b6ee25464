{% macro hash_number(value, digits=8) -%}
    {#- So many hexadecimal digits of the md5 of a text: a number that looks random and is the same on
        every engine. -#}
    {{ adapter.dispatch('hash_number', 'headroom')(value, digits) }}
{%- endmacro %}

{% macro default__hash_number(value, digits) -%}
    cast(cast('x' || substr(md5({{ value }}), 1, {{ digits }}) as bit({{ 4 * digits }})) as bigint)
{%- endmacro %}

{% macro duckdb__hash_number(value, digits) -%}
    cast('0x' || substr(md5({{ value }}), 1, {{ digits }}) as bigint)
{%- endmacro %}
