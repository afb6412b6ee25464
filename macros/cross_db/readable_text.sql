{% macro readable_text(column) -%}
    {#- A text, its bytes written out where it is not UTF-8: a client could not read it. -#}
    {{ adapter.dispatch('readable_text', 'headroom')(column) }}
{%- endmacro %}

{% macro default__readable_text(column) -%}
    case
        when {{ is_utf8(column) }} then {{ column }}
        else encode(convert_to({{ column }}, 'SQL_ASCII'), 'escape')
    end
{%- endmacro %}

{% macro duckdb__readable_text(column) -%}
    {{ column }}
{%- endmacro %}
