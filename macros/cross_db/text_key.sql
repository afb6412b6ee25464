{% macro text_key(column) -%}
    {#- Text in byte order: a server's own collation sorts hashes and names differently. -#}
    {{ adapter.dispatch('text_key', 'headroom')(column) }}
{%- endmacro %}

{% macro default__text_key(column) -%}
    {{ column }} collate "C"
{%- endmacro %}

{% macro duckdb__text_key(column) -%}
    {{ column }}
{%- endmacro %}
