{% macro hash_number(value) -%}
    {#- 32 bits of the md5 of a text: a number that looks random and is the same on every engine. -#}
    {{ adapter.dispatch('hash_number', 'headroom')(value) }}
{%- endmacro %}

{% macro default__hash_number(value) -%}
    cast(cast('x' || substr(md5({{ value }}), 1, 8) as bit(32)) as bigint)
{%- endmacro %}

{% macro duckdb__hash_number(value) -%}
    cast('0x' || substr(md5({{ value }}), 1, 8) as bigint)
{%- endmacro %}
