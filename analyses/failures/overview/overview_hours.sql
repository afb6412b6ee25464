-- Failures by hour of the day, with what the attempts of the hour let expect.
select
    cast(value as integer) as hour_of_day,
    failure_count,
    expected_failure_count,
    attempt_count,
    q_value,
    is_spike
from {{ ref('failures__patterns') }}
where dimension = 'hour'
order by cast(value as integer)
