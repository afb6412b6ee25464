{% macro should_full_refresh() -%}
    {#- dbt's own rule, and one more: an incremental model whose inputs changed is built in full. -#}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}{{ return(configured) }}{%- endif -%}
    {%- if flags.FULL_REFRESH -%}{{ return(true) }}{%- endif -%}
    {%- if not execute or model.resource_type != 'model' or model.config.materialized != 'incremental' -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(recorded_fingerprint(model) != inputs_fingerprint(model)) }}
{%- endmacro %}
