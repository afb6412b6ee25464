{% macro window_key(kind, subject, window_index) -%}
    {#- A cause in a window as one text: of a join by several columns PostgreSQL expects a single row, and
        then compares each with each. -#}
    {{ kind }} || chr(31) || {{ subject }} || chr(31) || {{ window_index }}
{%- endmacro %}
