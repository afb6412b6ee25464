-- How often the type of the var `failure_type` failed in the window and in the one before.
with

scope as (

    select * from {{ ref('int_failures__scope') }}

),

failures as (

    select
        *,
        {{ failure_job() }} as job,
        failed_at >= (select scope.window_from from scope) as is_current
    from {{ ref('int_failures__failures_in_scope') }}
    where
        lower(failure_type) = lower('{{ var("failure_type") }}')
        and failed_at >= (select scope.previous_from from scope)
        and failed_at < (select scope.window_until from scope)

)

select
    cast(count(case when is_current then 1 end) as bigint) as failure_count,
    cast(count(distinct case when is_current then job end) as bigint) as job_count,
    cast(count(case when not is_current then 1 end) as bigint) as previous_failure_count,
    count(case when is_current then 1 end)
    >= (select scope.pattern_threshold from scope) as is_pattern
from failures
