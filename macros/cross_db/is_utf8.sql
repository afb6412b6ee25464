{% macro is_utf8(column) -%}
    {#- Whether a text can be read at all: a server with the encoding SQL_ASCII keeps any bytes. -#}
    {{ adapter.dispatch('is_utf8', 'headroom')(column) }}
{%- endmacro %}

{% macro default__is_utf8(column) -%}
    {%- set characters = [
        '[\\x01-\\x7f]', '[\\xc2-\\xdf][\\x80-\\xbf]', '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
        '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}', '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
        '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}', '[\\xf1-\\xf3][\\x80-\\xbf]{3}', '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
    ] -%}
    ((select current_setting('server_encoding') <> 'SQL_ASCII')
        or cast({{ column }} as text) ~ '^(?:{{ characters | join("|") }})*$')
{%- endmacro %}

{% macro duckdb__is_utf8(column) -%}
    true
{%- endmacro %}
