{% macro failure_rules() -%}
    {#- The rows of the seed `failure_rules`, read when a model is compiled, as `masks` does and for the
        same reason: constant patterns are compiled once. -#}
    {%- set seed = ref('failure_rules') -%}
    {%- set exists = execute and load_relation(seed) is not none -%}
    {%- set found = run_query('select rule_order, evidence, pattern from ' ~ seed ~ ' order by rule_order')
        if exists else none -%}
    {{ return(found.rows if found is not none else []) }}
{%- endmacro %}
