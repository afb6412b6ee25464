-- What came of retries of each type of failure, by what was changed before them; the change with
-- the most retries first.
select
    failure_type,
    change_made,
    retry_count,
    success_count,
    success_rate,
    success_rate_low,
    success_rate_high,
    unchanged_success_rate,
    uplift,
    uplift_low,
    uplift_high
from {{ ref('failures__retries') }}
order by {{ text_key('failure_type') }}, retry_count desc, change_made
