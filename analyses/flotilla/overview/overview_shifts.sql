-- Dates on which an outcome shifted: those that no known change explains first, the latest first.
select
    verdict,
    outcome,
    cohort,
    shift_day,
    change,
    before_share,
    after_share,
    after_run_count,
    q_value,
    days_needed
from {{ ref('effects__shifts') }}
order by
    verdict = 'unexplained' desc,
    shift_day desc,
    q_value asc,
    outcome asc,
    {{ text_key('cohort') }}
limit 50
