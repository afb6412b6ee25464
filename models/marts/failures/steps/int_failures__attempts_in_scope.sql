-- An attempt that ended later than is asked for was still open then, and decides nothing.
select
    attempt_id,
    project,
    job_name,
    owner_name as user_name,
    node_name,
    image,
    started_at,
    ended_at,
    started_hour,
    started_weekday,
    started_day,
    outcome <> 'open' as is_ended,
    outcome = 'failed' as is_failure
from {{ ref('attempts__attempts') }}
where
    started_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope)
    and coalesce(
        ended_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope), true
    )
    and {{ in_failure_scope('project') }}
