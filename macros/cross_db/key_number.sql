{% macro key_number(value) -%}
    {#- A hash of a text, by the engine's own function: a whole number that stands for it in joins and counts, in a
        twentieth of the time of an md5. Where a version of the engine changes the function, the fingerprint of
        inputs does (macros/incremental), and what is stored is built again. That any two of ten million texts
        share a number is as likely as 1 in 200,000. -#}
    {{ adapter.dispatch('key_number', 'headroom')(value) }}
{%- endmacro %}

{% macro default__key_number(value) -%}
    hashtextextended({{ value }}, 0)
{%- endmacro %}

{% macro duckdb__key_number(value) -%}
    {#- NULL has a hash as well. -#}
    nullif(cast(hash({{ value }}) >> 1 as bigint), cast(hash(null) >> 1 as bigint))
{%- endmacro %}
