{% macro analyze_this() -%}
    {#- post-hook: statistics of a table that was just written, in its transaction. -#}
    {%- if model.config.materialized not in ('view', 'ephemeral') -%}
        {{ analyze_table(this) }}
    {%- endif -%}
{%- endmacro %}
