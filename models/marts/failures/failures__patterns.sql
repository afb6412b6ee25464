with

patterns as (

    {{ failure_patterns(
        ref('failures__failures'),
        ref('int_failures__attempts'),
        day_start(last_failure_day() ~ ' + 1 - cast(' ~ threshold('failure_lookback_days') ~ ' as integer)'),
        day_start(last_failure_day() ~ ' + 1'),
    ) }}

)

select
    dimension,
    value,
    window_from,
    window_until,
    failure_count,
    job_count,
    failure_types,
    is_pattern,
    denominator,
    attempt_count,
    failed_attempt_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failure_count,
    p_value,
    q_value,
    expected_by_attempts,
    start_p_value,
    is_spike,
    chi_square,
    chi_square_degrees,
    chi_square_p_value,
    previous_failure_count,
    trend,
    trend_p_value,
    trend_q_value,
    lost_gpu_hours,
    lost_gb_hours
from patterns
