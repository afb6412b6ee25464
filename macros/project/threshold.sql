{% macro threshold(name) -%}
    (select threshold_value from {{ ref('thresholds') }} where threshold = '{{ name }}')
{%- endmacro %}
