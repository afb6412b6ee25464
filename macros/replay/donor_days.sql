{% macro donor_days() -%}
    {#- So many days after it was queued a run can still be read as a donor, by the widest window. -#}
    {%- if execute and not headroom.is_building() -%}{{ return(0) }}{%- endif -%}
    {%- set policies = ref('ara_policy_versions') -%}
    {{ return((headroom.rows_of("select max(window_days) from " ~ policies)[0][0] or 0) | int if execute else 0) }}
{%- endmacro %}
