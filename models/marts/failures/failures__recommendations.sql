with

failures as (

    select * from {{ ref('failures__failures') }}

),

window_days as (

    {{ failure_window_days() }}

),

evidence as (

    {{ recommendation_evidence('node', 'node_name', ref('failures__nodes')) }}
    union all
    {{ recommendation_evidence('image', 'image', ref('failures__images')) }}
    union all
    {{ hour_evidence(ref('failures__patterns')) }}

),

{{ recommendation_steps(
    '(select ' ~ day_start('window_until + 1') ~ ' from window_days)',
    threshold('failure_lookback_days'),
    threshold('failure_pattern_threshold')
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
    tested_from,
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
