{% macro last_change(table, part_kind, model_name=none) -%}
    {#- The highest change number of a kind that is marked, or that a model has made. -#}
    select '{{ part_kind }}' as part_kind, coalesce(max(change_number), 0) as change_number
    from headroom_operations.{{ table }}
    where part_kind = '{{ part_kind }}'
    {%- if model_name %} and model_name = '{{ model_name }}'{% endif %}
{%- endmacro %}
