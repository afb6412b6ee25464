with

failure_counts as (

    select * from {{ ref('int_failures__failures_by_value') }}

),

failure_types as (

    select * from {{ ref('int_failures__types_by_value') }}

),

attempt_counts as (

    select * from {{ ref('int_failures__attempts_by_value') }}

),

times as (

    select * from {{ ref('int_failures__times_of_window') }}

),

scope as (

    select * from {{ ref('int_failures__scope') }}

),

-- Whether the previous window is known at all, or the history begins later.
reach as (

    select
        exists (
            select 1 from {{ ref('int_failures__failures_in_scope') }} as failures
            where failures.failed_at < scope.previous_from + interval '1 day'
        )
        or exists (
            select 1 from {{ ref('int_failures__attempts_in_scope') }} as attempts
            where attempts.started_at < scope.previous_from + interval '1 day'
        ) as is_known
    from scope

),

-- Each time of the window has a row, also without failures.
keys as (

    select
        dimension,
        value
    from failure_counts
    where dimension <> 'day'
    union distinct
    select
        dimension,
        value
    from times

)

select
    keys.dimension,
    keys.value,
    keys.dimension in ('hour', 'weekday', 'day') as is_time,
    coalesce(failure_counts.failure_count, 0) as failure_count,
    coalesce(failure_counts.job_count, 0) as job_count,
    coalesce(failure_counts.previous_failure_count, 0) as previous_failure_count,
    coalesce(failure_counts.known_count, 0) as known_count,
    coalesce(failure_counts.previous_known_count, 0) as previous_known_count,
    failure_counts.lost_gpu_hours,
    failure_counts.lost_gb_hours,
    failure_types.failure_types,
    coalesce(attempt_counts.attempt_count, 0) as attempt_count,
    coalesce(attempt_counts.failed_attempt_count, 0) as failed_attempt_count,
    coalesce(attempt_counts.previous_attempt_count, 0) as previous_attempt_count,
    times.day_count,
    reach.is_known and keys.dimension <> 'day' as is_previous_known
from keys
left join failure_counts
    on keys.dimension = failure_counts.dimension and keys.value = failure_counts.value
left join failure_types
    on keys.dimension = failure_types.dimension and keys.value = failure_types.value
left join attempt_counts
    on keys.dimension = attempt_counts.dimension and keys.value = attempt_counts.value
left join times on keys.dimension = times.dimension and keys.value = times.value
cross join reach
