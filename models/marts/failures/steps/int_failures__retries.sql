select
    attempt_id,
    failed_attempt_id,
    project,
    failure_type,
    failed_at,
    retried_at,
    change_made,
    is_success
from {{ ref('int_failures__failures_followed') }}
where attempt_id is not null
