{% macro parts_of(sql) -%}
    {#- What `parts_to_make` wrote into a model's SQL; nothing where it was not asked. -#}
    {%- set found = modules.re.search('/\\* parts: (.*?) \\*/', sql or '') -%}
    {{ return(fromjson(found.group(1)) if found else none) }}
{%- endmacro %}
