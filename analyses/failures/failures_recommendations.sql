-- What to do about the failures of the scope, in the window and the one before it; the gravest
-- first.
with

failures as (

    {{ failures_known() }}

),

evidence as (

    {{ recommendation_evidence(
        'node', 'subject', '(' ~ blame_in_window('node_name', 'image') ~ ') as blamed'
    ) }}
    union all
    {{ recommendation_evidence(
        'image', 'subject', '(' ~ blame_in_window('image', 'node_name') ~ ') as blamed'
    ) }}
    union all
    {{ hour_evidence('(' ~ patterns_in_window() ~ ') as patterns') }}

),

{{ recommendation_steps(
    "timestamptz '" ~ var('failures_until') ~ "'",
    "'" ~ var('failure_lookback_days') ~ "'",
    "cast('" ~ var('failure_pattern_threshold') ~ "' as integer)"
) }}

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
from recommendations
order by
    case severity when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
    case state when 'resolved' then 1 else 0 end,
    severity_score desc,
    kind,
    {{ text_key('subject') }}
