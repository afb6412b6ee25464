{% macro insert_runs(copy) -%}
    {%- set columns = model.columns.keys() | list -%}
    {%- set masks = masks() -%}
    insert into {{ copy }} ({{ columns | join(', ') }})
    select
        {%- for column in columns %}
            {% if column in ('exit_reason', 'pod_event_lines') -%}
                {{ apply_masks(column, masks, 'secret') }} as {{ column }}
            {%- elif column == 'is_quarantined' -%}
                false as {{ column }}
            {%- else -%}
                {{ column }}
            {%- endif -%}
            {{ ',' if not loop.last }}
        {%- endfor %}
    from pull_differences
    where difference in ('new', 'changed')
{%- endmacro %}
