{% macro record_parts() -%}
    {#- post-hook, in the model's own transaction: up to which change its parts are made. -#}
    {%- set parts = headroom.parts_of(model.compiled_code) if execute else none -%}
    {%- if parts -%}
        insert into headroom_operations.made_parts (model_name, change_number)
        values ('{{ model.name }}', {{ parts.until }})
    {%- endif -%}
{%- endmacro %}
