with

tested as (

    select * from {{ ref('int_failures__subjects_powered') }}

),

lone as (

    select * from {{ ref('int_failures__lone_failures') }}

),

odds as (

    select * from {{ ref('int_failures__subject_odds') }}

),

scope as (

    select * from {{ ref('int_failures__scope') }}

),

limits as (

    select cast({{ threshold('failure_ratio_prior') }} as double precision) as ratio_prior

)

select
    coalesce(tested.subject_kind, lone.subject_kind) as subject_kind,
    coalesce(tested.subject, lone.subject) as subject,
    scope.first_day as window_from,
    scope.last_day as window_until,
    case when tested.subject is null then 'unknown' else 'attempts' end as denominator,
    tested.n as attempt_count,
    tested.f as failed_attempt_count,
    coalesce(lone.failure_count, 0) as lone_failure_count,
    coalesce(tested.f, 0) + coalesce(lone.failure_count, 0) as failure_count,
    tested.job_count,
    tested.failed_job_count,
    case when tested.user_count > 0 then tested.failed_user_count end as failed_user_count,
    least(tested.first_failed_at, lone.first_failed_at) as first_failed_at,
    greatest(tested.last_failed_at, lone.last_failed_at) as last_failed_at,
    cast(tested.f as double precision) / tested.n as failure_rate,
    {{ wilson_bound('tested.f', 'tested.n', 'low') }} as failure_rate_low,
    {{ wilson_bound('tested.f', 'tested.n', 'high') }} as failure_rate_high,
    tested.expected as expected_failures,
    tested.dispersion as expected_dispersion,
    tested.compared_hour as attempts_compared_by_hour,
    tested.compared_group as attempts_compared_by_group,
    tested.compared_project as attempts_compared_by_project,
    tested.compared_all as attempts_compared_by_all,
    (tested.f + limits.ratio_prior) / (tested.expected + limits.ratio_prior) as failure_ratio,
    cast(tested.failures_to_flag as bigint) as failures_to_flag,
    tested.power,
    tested.p_value,
    tested.q_value,
    odds.odds_ratio,
    odds.odds_ratio_low,
    odds.odds_ratio_high,
    coalesce(tested.is_tested, false) as is_tested,
    coalesce(tested.is_flagged, false) as is_flagged
from tested
full outer join lone
    on tested.subject_kind = lone.subject_kind and tested.subject = lone.subject
left join odds
    on tested.subject_kind = odds.subject_kind and tested.subject = odds.subject
cross join scope
cross join limits
