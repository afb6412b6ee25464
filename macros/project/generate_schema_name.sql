{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- BI tools and grants name schemas: they are the same on every engine and for every user. -#}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
