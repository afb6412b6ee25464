{% macro built(relations) -%}
    {#- Those relations that are there: a domain without data has none. -#}
    {%- set found = [] -%}
    {%- for relation in relations if execute and load_relation(relation) -%}
        {%- do found.append(relation) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
