-- What to do about the failures of the scope, in the window and the one before it; the most severe
-- first.
select
    recommendation_id,
    kind,
    subject,
    state,
    severity,
    severity_score,
    basis,
    is_published_rule,
    failure_count,
    job_count,
    failure_types,
    attempt_count,
    tested_failure_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    q_value,
    since_at,
    last_seen_at,
    deployment_name,
    deployed_at,
    evidence,
    suggested_action
from {{ ref('int_failures__recommendations_worded') }}
order by
    case severity when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
    case state when 'resolved' then 1 else 0 end,
    severity_score desc,
    kind,
    {{ text_key('subject') }}
