-- How often the type of the var `failure_type` failed in the window and in the one before, in the
-- projects of the scope.
with

patterns as (

    {{ patterns_in_window() }}

)

select
    cast(coalesce(sum(failure_count), 0) as bigint) as failure_count,
    cast(coalesce(sum(job_count), 0) as bigint) as job_count,
    cast(coalesce(sum(previous_failure_count), 0) as bigint) as previous_failure_count,
    coalesce(min(trend), 'unknown') as trend,
    coalesce(sum(failure_count), 0)
    >= cast('{{ var("failure_pattern_threshold") }}' as integer) as is_pattern
from patterns
where dimension = 'type' and value = '{{ var("failure_type") }}'
