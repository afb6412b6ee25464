-- No solution worked more often than it was tried, and no count is negative.
select
    failure_type,
    description,
    tried_count,
    success_count,
    failure_count
from {{ ref('failures__remediations') }}
where success_count > tried_count or success_count < 0 or failure_count < 0
