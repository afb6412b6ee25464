select
    failure_id,
    attempt_id,
    project,
    job_name,
    node_name,
    image,
    failed_at,
    failed_day,
    failed_hour,
    failed_weekday,
    failure_type,
    error_template,
    template_id,
    has_memory_overflow,
    lost_gpu_hours,
    lost_gb_hours,
    is_resolved,
    resolution_type
from {{ ref('failures__failures') }}
where
    failed_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope)
    and {{ in_failure_scope('project') }}
