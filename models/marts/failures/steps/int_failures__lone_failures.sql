with

scope as (

    select * from {{ ref('int_failures__scope') }}

),

lone as (

    select * from {{ ref('int_failures__failures_in_scope') }}
    where
        attempt_id is null
        and failed_at >= (select scope.subject_window_from from scope)
        and failed_at < (select scope.window_until from scope)

),

subjects as (

    select
        'node' as subject_kind,
        node_name as subject,
        failed_at
    from lone
    union all
    select
        'image' as subject_kind,
        image as subject,
        failed_at
    from lone

)

select
    subject_kind,
    subject,
    count(*) as failure_count,
    min(failed_at) as first_failed_at,
    max(failed_at) as last_failed_at
from subjects
where subject is not null
group by subject_kind, subject
