{% set parts = parts_to_make('calibrations', 'calibration') %}

with

payloads as (

    select
        calibration,
        experiment,
        {{ median_twice('payload_mb') }} as payload_mb_twice,
        max(payload_mb) as payload_max_mb
    from {{ ref('stg_throughput__timings') }}
    where kind = 'aggregation' and {{ parts }}
    group by calibration, experiment

),

estimates as (

    select
        calibration,
        experiment,
        count(*) as estimate_count,
        {{ median_twice('total_estimate_kb') }} as estimate_kb_twice
    from {{ ref('stg_throughput__payload_estimates') }}
    where {{ parts }}
    group by calibration, experiment

)

select
    coalesce(payloads.calibration, estimates.calibration) as calibration,
    coalesce(payloads.experiment, estimates.experiment) as experiment,
    cast(payloads.payload_mb_twice * 0.5 as decimal(18, 7)) as payload_median_mb,
    cast(payloads.payload_max_mb as decimal(18, 6)) as payload_max_mb,
    coalesce(estimates.estimate_count, 0) as payload_estimate_count,
    cast(estimates.estimate_kb_twice * 0.5 as decimal(18, 7)) as payload_estimate_median_kb
from payloads
full outer join estimates
    on
        payloads.calibration = estimates.calibration
        and payloads.experiment = estimates.experiment
