{% macro p95_kind(value_count) -%}
    {#- The 95th percentile of few values is their maximum: say so. -#}
    case when {{ value_count }} < {{ threshold('p95_min_count') }} then 'maximum' else 'p95' end
{%- endmacro %}
