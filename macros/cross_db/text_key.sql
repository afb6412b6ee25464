{% macro text_key(column) -%}
    {#- Text in byte order: a server's own collation sorts hashes and names differently. -#}
    {{ column }}{{ ' collate "C"' if target.type == 'postgres' }}
{%- endmacro %}
