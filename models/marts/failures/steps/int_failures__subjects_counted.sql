with

jobs as (

    select
        subject_kind,
        subject,
        {{ failure_job() }} as job,
        user_name,
        count(*) as n,
        count(*) filter (where is_failure) as f,
        min(ended_at) filter (where is_failure) as first_failed_at,
        max(ended_at) filter (where is_failure) as last_failed_at
    from {{ ref('int_failures__subjects_tried') }}
    group by subject_kind, subject, project, job_name, user_name

)

select
    subject_kind,
    subject,
    subject_kind || chr(31) || subject as subject_key,
    cast(sum(n) as bigint) as n,
    cast(sum(f) as bigint) as f,
    count(distinct job) as job_count,
    count(distinct job) filter (where f > 0) as failed_job_count,
    count(distinct user_name) as user_count,
    count(distinct user_name) filter (where f > 0) as failed_user_count,
    min(first_failed_at) as first_failed_at,
    max(last_failed_at) as last_failed_at
from jobs
group by subject_kind, subject
