{% macro key_number(value) -%}
    {#- 60 bits of the md5 of a text: a whole number that stands for it in joins and counts, the same in every
        build and on every engine. That any two of ten million texts share one is as likely as 1 in 20,000. -#}
    {{ adapter.dispatch('key_number', 'headroom')(value) }}
{%- endmacro %}

{% macro default__key_number(value) -%}
    cast(cast('x' || substr(md5({{ value }}), 1, 15) as bit(60)) as bigint)
{%- endmacro %}

{% macro duckdb__key_number(value) -%}
    cast('0x' || substr(md5({{ value }}), 1, 15) as bigint)
{%- endmacro %}
