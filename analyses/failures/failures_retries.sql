-- What retries of the type of the var `failure_type` show, in the projects of the scope, over all
-- of history until the end of the window.
select
    change_made,
    retry_count,
    success_count,
    success_rate,
    success_rate_low,
    success_rate_high,
    unchanged_retry_count,
    unchanged_success_rate,
    uplift,
    uplift_low,
    uplift_high
from {{ ref('int_failures__retries_compared') }}
where lower(failure_type) = lower('{{ var("failure_type") }}')
order by change_made
