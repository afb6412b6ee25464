-- Every landed timing is in throughput__timings, with the values that were landed.
select landed.timing_id
from {{ ref('landed_timings') }} as landed
left join {{ ref('throughput__timings') }} as timings on landed.timing_id = timings.timing_id
where
    timings.timing_id is null
    or landed.duration_ms is distinct from timings.duration_ms
    or landed.calibration is distinct from timings.calibration
    or landed.run_id is distinct from timings.run_id
    or landed.logged_at is distinct from timings.logged_at
