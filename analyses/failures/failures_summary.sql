-- How much failed in the window, and of how many attempts where those are known.
with

failures as (

    select * from {{ ref('int_failures__failures_in_scope') }}
    where failed_at >= (select scope.window_from from {{ ref('int_failures__scope') }} as scope)

),

attempts as (

    select * from {{ ref('int_failures__attempts_in_scope') }}
    where started_at >= (select scope.window_from from {{ ref('int_failures__scope') }} as scope)

),

attempt_counts as (

    select
        cast(count(case when is_ended then 1 end) as bigint) as attempt_count,
        cast(count(case when is_failure then 1 end) as bigint) as failed_attempt_count
    from attempts

)

select
    cast(count(*) as bigint) as failure_count,
    cast(count(distinct project) as bigint) as project_count,
    cast(count(distinct failure_type) as bigint) as failure_type_count,
    cast(count(distinct {{ failure_job() }}) as bigint) as job_count,
    cast(sum(case when project is null then 1 else 0 end) as bigint) as without_project_count,
    cast(sum(case when attempt_id is null then 1 else 0 end) as bigint) as without_attempt_count,
    (select attempt_counts.attempt_count from attempt_counts) as attempt_count,
    (select attempt_counts.failed_attempt_count from attempt_counts) as failed_attempt_count,
    sum(lost_gpu_hours) as lost_gpu_hours,
    sum(lost_gb_hours) as lost_gb_hours,
    min(failed_at) as first_failed_at,
    max(failed_at) as last_failed_at
from failures
