{% macro record_parts() -%}
    {#- post-hook, in the model's own transaction: up to which change it is made. -#}
    {%- if execute and model.config.materialized not in ('view', 'ephemeral') -%}
        {%- set parts = headroom.parts_of(model.compiled_code) -%}
        insert into headroom_operations.made_parts (model_name, change_number)
        values ('{{ model.name }}', {{ parts.until if parts else headroom.made_up_to() }})
    {%- endif -%}
{%- endmacro %}
