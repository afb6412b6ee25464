{% macro holds_any(text, words) -%}
    {#- Whether a text holds any of some words, which are in small letters; its case does not count.
        DuckDB reads all words at once; PostgreSQL is ten times as fast with one after the other. -#}
    {{ adapter.dispatch('holds_any', 'headroom')(text, words) }}
{%- endmacro %}

{% macro default__holds_any(text, words) -%}
    {%- set likes = [] -%}
    {%- for word in words -%}
        {%- do likes.append("'%" ~ word | replace('_', '\\_') ~ "%'") -%}
    {%- endfor -%}
    lower({{ text }}) like any(array[{{ likes | join(', ') }}])
{%- endmacro %}

{% macro duckdb__holds_any(text, words) -%}
    regexp_matches({{ text }}, '(?i){{ words | join("|") | replace(".", "[.]") }}')
{%- endmacro %}
