select
    project,
    job_name,
    failure_type,
    template_id,
    min(error_template) as error_template,
    min(failed_at) as first_failed_at,
    max(failed_at) as last_failed_at,
    count(*) as failure_count,
    case
        when count(resolved_at) = count(*) and max(resolved_at) >= max(failed_at)
            then max(resolved_at)
    end as resolved_at,
    sum(lost_gpu_hours) as lost_gpu_hours,
    sum(lost_gb_hours) as lost_gb_hours,
    min(succeeded_at) as succeeded_at
from {{ ref('int_failures__failures_recovered') }}
group by project, job_name, failure_type, template_id, success_started_at
