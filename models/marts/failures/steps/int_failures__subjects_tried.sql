with

attempts as (

    select * from {{ ref('int_failures__attempts_in_scope') }}

),

scope as (

    select * from {{ ref('int_failures__scope') }}

),

ended as (

    select
        node_name,
        image,
        coalesce(project, '') as project,
        started_hour,
        job_name,
        user_name,
        is_failure,
        ended_at
    from attempts
    where
        is_ended
        and started_at >= (select scope.subject_window_from from scope)
        and started_at < (select scope.window_until from scope)

)

-- Is it the node or the image? Each is compared with what ran elsewhere of the same other one.
select
    'node' as subject_kind,
    node_name as subject,
    coalesce(image, '') as other,
    project,
    started_hour,
    job_name,
    user_name,
    is_failure,
    ended_at
from ended
where node_name is not null
union all
select
    'image' as subject_kind,
    image as subject,
    coalesce(node_name, '') as other,
    project,
    started_hour,
    job_name,
    user_name,
    is_failure,
    ended_at
from ended
where image is not null
