-- The failures of the var `job_name` itself, of the type of the var `failure_type`.
select
    cast(count(*) as bigint) as failure_count,
    min(failed_at) as first_seen_at,
    max(failed_at) as last_seen_at
from {{ ref('int_failures__failures_in_scope') }}
where
    job_name = '{{ var("job_name") }}'
    and lower(failure_type) = lower('{{ var("failure_type") }}')
