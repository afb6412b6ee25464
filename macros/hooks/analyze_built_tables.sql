{% macro analyze_built_tables(results) -%}
    {#- on-run-end: PostgreSQL plans by statistics, and a table just made has none until its own
        housekeeping comes by. DuckDB keeps them itself. -#}
    {%- if target.type == 'postgres' %}
        {%- for result in results
            if result.status == 'success' and result.node.resource_type == 'model'
            and result.node.config.materialized in ('table', 'incremental') %}
            analyze {{ result.node.relation_name }};
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
