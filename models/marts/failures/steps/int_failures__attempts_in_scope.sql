-- An attempt that ended later than is asked for was still open then, and decides nothing.
select
    attempt_id,
    project,
    job_name,
    user_name,
    node_name,
    image,
    started_at,
    ended_at,
    started_hour,
    started_weekday,
    started_day,
    is_ended,
    is_failure
from {{ ref('int_failures__attempts') }}
where
    started_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope)
    and coalesce(
        ended_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope), true
    )
    and {{ in_failure_scope('project') }}
