{% macro best_landed_first(model) -%}
    {#- The order in which the first of several rows with one key counts: one that gives a label
        (`meta.keep_label`), then the greatest in `meta.newest_by`, NULL being the least. -#}
    {%- set label = model.config.meta.get('keep_label') -%}
    {%- if label -%}
        case when {{ label.column }} = '{{ label.until }}' then 1 else 0 end,
    {%- endif -%}
    {%- for column in model.config.meta.get('newest_by', []) %} {{ column }} desc nulls last,{% endfor -%}
{%- endmacro %}
