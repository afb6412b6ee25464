{% macro replace_definitions() -%}
    {%- set columns = 'alias, image, group_name, memory, cpu, gpu, adaptive_resource_allocation' -%}
    {%- set differ = 'select definition_id from pull_definitions' -%}
    {{ return([
        "delete from headroom_staging.pulled_definitions where definition_id in (" ~ differ ~ ")",
        "insert into headroom_staging.pulled_definitions (definition_id, " ~ columns ~ ") select definition_id, "
        ~ columns ~ " from " ~ headroom.raw_definitions() ~ " as found where definition_id in ("
        ~ differ ~ ")",
    ]) }}
{%- endmacro %}
