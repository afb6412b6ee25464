select
    source,
    job_name
from {{ ref('waste__attempts_daily') }}
group by source, job_name
having bool_and(coalesce({{ in_failure_scope('project') }}, false))
