{% macro record_parts() -%}
    {#- pre-hook, in the model's own transaction: up to which change of each kind it is made. Asked before its
        rows are read: what is loaded meanwhile may not be among them, and belongs to the next build. -#}
    {%- if execute and model.config.materialized not in ('view', 'ephemeral') -%}
        {%- set parts = headroom.parts_of(model.compiled_code) -%}
        {%- set rows = [] -%}
        {%- for part_kind, change_number in (parts.until if parts else headroom.made_up_to()).items() -%}
            {%- do rows.append("('" ~ model.name ~ "', '" ~ part_kind ~ "', " ~ change_number ~ ")") -%}
        {%- endfor -%}
        {%- if rows -%}
            insert into headroom_operations.made_parts (model_name, part_kind, change_number)
            values {{ rows | join(', ') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
