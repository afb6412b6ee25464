{% macro should_full_refresh() -%}
    {#- dbt's own rule, and one more: an incremental model whose inputs changed is built in full. -#}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}{{ return(configured) }}{%- endif -%}
    {%- if flags.FULL_REFRESH -%}{{ return(true) }}{%- endif -%}
    {%- if not execute or model.resource_type != 'model' or model.config.materialized != 'incremental' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set recorded = recorded_fingerprint(model) -%}
    {%- set changed = recorded != inputs_fingerprint(model) -%}
    {%- if changed and recorded is not none -%}
        {#- Forgotten with the model's own transaction: should the run be killed after it and the
            change be taken back, the model is still built in full. -#}
        {%- do run_query(
            "delete from " ~ fingerprints_relation() ~ " where model_name = '" ~ model.name ~ "'"
        ) -%}
    {%- endif -%}
    {{ return(changed) }}
{%- endmacro %}
