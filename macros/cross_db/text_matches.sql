{% macro text_matches(text, pattern) -%}
    {#- Whether a pattern matches anywhere in a text; case counts unless the pattern begins with (?i). -#}
    {{ adapter.dispatch('text_matches', 'headroom')(text, pattern) }}
{%- endmacro %}

{% macro default__text_matches(text, pattern) -%}
    {{ text }} ~ {{ pattern }}
{%- endmacro %}

{% macro duckdb__text_matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}
