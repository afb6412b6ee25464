-- Failures of the window by type, project, node and image, the most frequent first; of projects, with
-- the types that make them up.
{%- set dimensions = {
    'type': 'failure_type',
    'project': 'project',
    'node': 'node_name',
    'image': 'image',
} %}
with

failures as (

    {{ failures_in_window() }}

),

held_against as (

    {% for dimension, column in dimensions.items() -%}
        select
            '{{ dimension }}' as dimension,
            {{ column }} as value,
            failure_type,
            {{ failure_job() }} as job
        from failures
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

types as (

    select
        dimension,
        value,
        failure_type,
        cast(count(*) as bigint) as failure_count
    from held_against
    group by dimension, value, failure_type

),

worded as (

    select
        dimension,
        value,
        string_agg(
            failure_type || ' ' || failure_count, ', ' order by failure_count desc, {{ text_key('failure_type') }}
        ) as failure_types
    from types
    group by dimension, value

),

counted as (

    select
        dimension,
        value,
        cast(count(*) as bigint) as failure_count,
        cast(count(distinct job) as bigint) as job_count
    from held_against
    group by dimension, value

)

select
    counted.dimension,
    counted.value,
    counted.failure_count,
    counted.job_count,
    worded.failure_types,
    counted.failure_count >= cast('{{ var("failure_pattern_threshold") }}' as integer) as is_pattern
from counted
inner join worded on counted.dimension = worded.dimension and counted.value = worded.value
order by counted.dimension, counted.failure_count desc, {{ text_key('counted.value') }}
