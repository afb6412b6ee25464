{% macro is_pull(unique_id) -%}
    {{ return((graph.nodes.get(unique_id) or {}).get('config', {}).get('materialized') == 'pull') }}
{%- endmacro %}
