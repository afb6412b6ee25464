-- Each node of the window against what ran there; the worst first.
select
    subject as node_name,
    denominator,
    failure_count,
    failed_attempt_count,
    lone_failure_count,
    attempt_count,
    failed_job_count as job_count,
    failed_user_count as user_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    failure_ratio,
    p_value,
    q_value,
    odds_ratio,
    odds_ratio_low,
    odds_ratio_high,
    is_tested,
    is_flagged
from {{ ref('int_failures__subjects_judged') }}
where subject_kind = 'node' and failure_count > 0
order by is_flagged desc, q_value nulls last, failure_count desc, {{ text_key('subject') }}
