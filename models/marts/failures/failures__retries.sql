select
    failure_type,
    change_made,
    retry_count,
    success_count,
    success_rate,
    success_rate_low,
    success_rate_high,
    unchanged_retry_count,
    unchanged_success_count,
    unchanged_success_rate,
    uplift,
    uplift_low,
    uplift_high
from {{ ref('int_failures__retries_compared') }}
