{% macro computed_once() -%}
    {#- Ends a select whose columns are long expressions and are read more than once above it. PostgreSQL puts
        such a column in wherever it is read, unless the select has an offset: a sum over a series inside
        another became thousands of them. -#}
    {{ return(adapter.dispatch('computed_once', 'headroom')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}
    {{ return('') }}
{%- endmacro %}

{% macro postgres__computed_once() -%}
    {{ return('offset 0') }}
{%- endmacro %}
