-- The forty workers with the most unusually slow tasks: how busy they were, and how fast beside the
-- others of their calibration.
select
    calibration,
    experiment,
    worker,
    task_count,
    busy_share,
    skew,
    straggler_count,
    warning_count
from {{ ref('throughput__workers') }}
where task_count > 0
order by straggler_count desc, skew desc nulls last, {{ text_key('worker') }}
limit 40
