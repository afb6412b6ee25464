{%- set window_us = '(cast(scope.lookback_days as bigint) * 86400000000)' %}
{%- set causes = {
    'node': 'node_name',
    'image': 'image',
    'project': 'project',
    'template': "case when error_template like '% %' then error_template end",
    'hour': 'cast(failed_hour as text)',
    'memory_request': 'case when has_memory_overflow then job end',
} %}

with

-- Windows are cut back from the end: 0 is the one asked for, 1 the one before it.
placed as (

    select
        failures.*,
        {{ failure_job() }} as job,
        cast(
            ({{ microseconds_between('failures.failed_at', 'scope.window_until') }} - 1)
            {{ whole_division_operator() }} {{ window_us }}
            as integer
        ) as window_index
    from {{ ref('int_failures__failures_in_scope') }} as failures
    cross join {{ ref('int_failures__scope') }} as scope
    where failures.failed_at < scope.window_until

)

-- A message of one word, such as Error, names no cause.
{% for kind, subject in causes.items() -%}
    select
        '{{ kind }}' as kind,
        {{ subject }} as subject,
        job,
        failure_type,
        failed_at,
        window_index
    from placed
    where {{ subject }} is not null
    {{ 'union all' if not loop.last }}
{% endfor %}
