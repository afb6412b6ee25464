{% macro record_input_fingerprints(results) -%}
    {#- on-run-end: a model that was built remembers its inputs. -#}
    {%- for result in results
        if result.status == 'success' and result.node.resource_type == 'model'
        and result.node.config.materialized == 'incremental' %}
        insert into {{ fingerprints_relation().include(database=false) }} (model_name, fingerprint)
        values ('{{ result.node.name }}', '{{ inputs_fingerprint(result.node) }}')
        on conflict (model_name) do update set fingerprint = excluded.fingerprint;
    {%- endfor %}
{%- endmacro %}
