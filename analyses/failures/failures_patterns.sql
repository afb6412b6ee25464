-- What the failures of the window have in common and when they happen, the most frequent first.
select
    dimension,
    value,
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
    q_value,
    is_spike,
    chi_square,
    chi_square_degrees,
    chi_square_p_value,
    previous_failure_count,
    trend,
    trend_p_value,
    lost_gpu_hours,
    lost_gb_hours
from {{ ref('int_failures__patterns_judged') }}
where failure_count > 0
order by dimension, failure_count desc, {{ text_key('value') }}
