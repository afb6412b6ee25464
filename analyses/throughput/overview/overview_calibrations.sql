-- Calibrations and experiments: trials, their times, and how much of the time moves data.
select
    calibration,
    experiment,
    simulation_count,
    trial_count,
    trial_median_ms / 1000 as trial_median_seconds,
    worker_count,
    busy_share,
    straggler_count,
    duplicated_mb,
    compute_ms / 1000 as compute_seconds,
    transfer_ms / 1000 as transfer_seconds,
    transfer_share,
    verdict
from {{ ref('throughput__calibrations') }}
order by simulation_count desc, {{ text_key('calibration') }}, {{ text_key('experiment') }}
limit 40
