{%- set percentage = round_scaled(
    'weighed.tested_failure_count * 1000', 'weighed.attempt_count', 1
) %}

with

weighed as (

    select * from {{ ref('int_failures__causes_weighed') }}

),

actions as (

    select * from {{ ref('failure_actions') }}

),

deployments as (

    select * from {{ ref('int_failures__deployments_in_force') }}

)

select
    md5(weighed.kind || ':' || weighed.subject) as recommendation_id,
    weighed.kind,
    weighed.subject,
    weighed.state,
    case
        when weighed.basis = 'not proven' then 'info'
        when weighed.severity_score >= {{ threshold('failure_severity_high_score') }} then 'high'
        when weighed.severity_score >= {{ threshold('failure_severity_medium_score') }}
            then 'medium'
        else 'low'
    end as severity,
    weighed.severity_score,
    weighed.basis,
    weighed.is_published_rule,
    weighed.failure_count,
    weighed.job_count,
    weighed.failure_types,
    weighed.tested_from,
    weighed.attempt_count,
    weighed.tested_failure_count,
    weighed.failure_rate,
    weighed.failure_rate_low,
    weighed.failure_rate_high,
    weighed.expected_failures,
    weighed.q_value,
    weighed.since_at,
    weighed.last_seen_at,
    deployments.change as deployment_name,
    deployments.deployed_at_utc as deployed_at,
    weighed.failure_count || ' ' || {{ counted_word('weighed.failure_count', 'failure') }} || ' of '
    || weighed.job_count || ' ' || {{ counted_word('weighed.job_count', 'job') }} || ': '
    || weighed.failure_types
    || case
        when weighed.attempt_count > 0
            then
                '; '
                || {{ percentage }}
                || '% of ' || weighed.attempt_count || ' attempts since ' || weighed.tested_from
        when weighed.basis = 'count only' then '; a count, no rate known'
        else ''
    end as evidence,
    case
        when weighed.state = 'resolved'
            then 'Nothing now for ' || weighed.subject || ': no failure in this window'
        else replace(actions.action, '{subject}', weighed.subject)
    end as suggested_action
from weighed
left join actions
    on weighed.kind = actions.kind and weighed.basis = actions.basis
left join deployments
    on
        weighed.since_at >= deployments.deployed_at_utc
        and coalesce(weighed.since_at < deployments.replaced_at, true)
