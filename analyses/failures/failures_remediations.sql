-- What can be done about the type of the var `failure_type`. Rules and solutions belong to no
-- project; what retries show is in failures_retries.
select
    description,
    rule_order,
    parameters,
    is_manual,
    why,
    shown_by,
    solution_rank,
    tried_count,
    success_count,
    failure_count,
    success_rate,
    success_rate_low,
    last_used_at
from {{ ref('failures__remediations') }}
where lower(failure_type) = lower('{{ var("failure_type") }}')
order by rule_order nulls last, solution_rank nulls last, {{ text_key('description') }}
