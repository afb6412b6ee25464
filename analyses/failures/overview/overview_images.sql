-- Each image against what ran there, the worst first; the window ends with the last day known.
select
    image,
    attempt_count,
    failure_count,
    failure_rate,
    failure_rate_low,
    failure_rate_high,
    expected_failures,
    expected_failures / nullif(attempt_count, 0) as expected_rate,
    q_value,
    is_flagged
from {{ ref('failures__images') }}
order by
    is_flagged desc,
    failure_rate desc nulls last,
    failure_count desc,
    {{ text_key('image') }}
limit 100
