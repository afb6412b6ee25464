{% macro pattern_dimensions(moment) -%}
    {#- What failures are counted by, and the columns that hold it; the times are those of `moment`. -#}
    {{ return({
        'type': 'failure_type',
        'project': 'project',
        'node': 'node_name',
        'image': 'image',
        'hour': moment ~ '_hour',
        'weekday': moment ~ '_weekday',
        'day': moment ~ '_day',
    }) }}
{%- endmacro %}
