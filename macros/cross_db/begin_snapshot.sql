{% macro begin_snapshot() -%}
    {#- From here to the end of the transaction every statement sees the source at one moment. -#}
    {{ adapter.dispatch('begin_snapshot', 'headroom')() }}
{%- endmacro %}

{% macro default__begin_snapshot() -%}
    {#- dbt has begun a transaction in which each statement would see another moment. -#}
    commit; begin isolation level repeatable read
{%- endmacro %}

{% macro duckdb__begin_snapshot() -%}
    {#- Every transaction is one. -#}
    select 1
{%- endmacro %}
