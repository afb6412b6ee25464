with

failures as (

    select * from {{ ref('failures__failures') }}

),

last_days as (

    select max(failed_day) as last_day from failures
    union all
    select max(started_day) as last_day from {{ ref('int_failures__attempts') }}

),

window_ends as (

    select {{ day_start('max(last_day) + 1') }} as window_end from last_days

),

evidence as (

    {{ recommendation_evidence(
        'node', 'node_name', ref('failures__nodes')
    ) }}
    union all
    {{ recommendation_evidence('image', 'image', ref('failures__images')) }}

),

{{ recommendation_steps(
    '(select window_end from window_ends)',
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
