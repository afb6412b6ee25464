{% macro waste_parts() -%}
    {#- What the memory-hours of attempts are split over, and contaminated, which is a share of what was
        over-allocated. -#}
    {{ return([
        'used', 'over_allocated', 'reserved', 'lost_to_oom', 'lost_to_failure', 'unmeasured', 'contaminated',
    ]) }}
{%- endmacro %}
