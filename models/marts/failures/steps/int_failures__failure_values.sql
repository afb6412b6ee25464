with

scope as (

    select * from {{ ref('int_failures__scope') }}

),

failures as (

    select
        *,
        coalesce(project, '') || '|' || coalesce(job_name, failure_id) as job,
        failed_at >= (select scope.window_from from scope) as is_current
    from {{ ref('int_failures__failures_in_scope') }}
    where
        failed_at >= (select scope.previous_from from scope)
        and failed_at < (select scope.window_until from scope)

)

{% for dimension, value in pattern_dimensions('failed').items() -%}
    select
        '{{ dimension }}' as dimension,
        cast({{ value }} as text) as value,
        attempt_id,
        failure_type,
        job,
        lost_gpu_hours,
        lost_gb_hours,
        is_current
    from failures
    where {{ value }} is not null
    {{ 'union all' if not loop.last }}
{% endfor %}
