select
    dimension,
    value,
    count(case when is_current then 1 end) as failure_count,
    count(case when not is_current then 1 end) as previous_failure_count,
    count(case when is_current then attempt_id end) as known_count,
    count(case when not is_current then attempt_id end) as previous_known_count,
    count(distinct case when is_current then job end) as job_count,
    sum(case when is_current then lost_gpu_hours end) as lost_gpu_hours,
    sum(case when is_current then lost_gb_hours end) as lost_gb_hours
from {{ ref('int_failures__failure_values') }}
group by dimension, value
