with

window_days as (

    {{ failure_window_days() }}

),

blamed as (

    {{ blame_of(
        'node_name',
        'image',
        '(select window_from from window_days)',
        '(select window_until from window_days)'
    ) }}

)

select
    subject as node_name,
    window_from,
    window_until,
    denominator,
    attempt_count,
    failed_attempt_count,
    lone_failure_count,
    failure_count,
    job_count,
    failed_job_count,
    failed_user_count,
    first_failed_at,
    last_failed_at,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    expected_dispersion,
    attempts_compared_by_hour,
    attempts_compared_by_group as attempts_compared_by_image,
    attempts_compared_by_project,
    attempts_compared_by_all,
    failure_ratio,
    failures_to_flag,
    power,
    p_value,
    q_value,
    odds_ratio,
    odds_ratio_low,
    odds_ratio_high,
    is_tested,
    is_flagged
from blamed
