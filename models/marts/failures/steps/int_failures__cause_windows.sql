select
    kind,
    subject,
    window_index,
    cast(count(*) as bigint) as failure_count,
    -- Only windows 0 and 1 are asked for; counting different jobs is the most expensive step.
    greatest(
        cast(count(distinct case when window_index <= 1 then job end) as bigint), 1
    ) as job_count,
    min(failed_at) as first_seen_at,
    max(failed_at) as last_seen_at
from {{ ref('int_failures__causes_held') }}
group by kind, subject, window_index
