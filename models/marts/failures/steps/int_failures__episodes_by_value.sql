{%- set values = {'all': "'all'", 'type': 'failure_type', 'project': 'project'} %}

{%- for dimension, value in values.items() %}
    select
        '{{ dimension }}' as dimension,
        {{ value }} as value,
        cast(round(duration_seconds) as bigint) as seconds,
        is_open,
        lost_gpu_hours,
        lost_gb_hours,
        failure_count
    from {{ ref('failures__recoveries') }}
    where {{ value }} is not null
    {{ 'union all' if not loop.last }}
{%- endfor %}
