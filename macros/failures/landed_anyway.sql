{% macro landed_anyway(rows_left='select cast(null as text) as part where false') -%}
    {#- `reached` of models that make all that is landed in each build: a changed pod, job, event or record reaches
        no other day of runs than `rows_left`: days of runs that nothing loaded names any more. -#}
    {{ return({
        'pods': rows_left, 'jobs': rows_left, 'history_days': rows_left, 'kubernetes_events': rows_left
    }) }}
{%- endmacro %}
