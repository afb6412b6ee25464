{% macro analyze_built_tables(results) -%}
    {#- on-run-end: statistics of the tables that were built. -#}
    {%- for result in results
        if result.status == 'success' and result.node.resource_type == 'model'
        and result.node.config.materialized in ('table', 'incremental') %}
        {{ analyze_table(result.node.relation_name) }}
    {%- endfor %}
{%- endmacro %}
