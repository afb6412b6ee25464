-- What people tried against each type of failure, ranked by the least that the record shows.
-- Solutions belong to no project.
select
    failure_type,
    solution_rank,
    description,
    tried_count,
    success_count,
    success_rate,
    success_rate_low,
    last_used_at
from {{ ref('failures__remediations') }}
where solution_rank <= 3
order by {{ text_key('failure_type') }}, solution_rank
