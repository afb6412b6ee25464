-- The last moment that the projects of the scope know of.
select max(moment) as last_moment
from (
    select max(failed_at) as moment
    from {{ ref('failures__failures') }}
    where {{ in_failure_scope('project') }}
    union all
    select max(started_at) as moment
    from {{ ref('attempts__attempts') }}
    where {{ in_failure_scope('project') }}
) as moments
