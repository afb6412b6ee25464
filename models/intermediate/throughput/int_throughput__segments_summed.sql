with

segments as (

    select * from {{ ref('stg_throughput__task_segments') }}

)

select
    calibration,
    experiment,
    worker,
    cast(
        coalesce(sum(duration_ms) filter (where action = 'compute'), 0) as decimal(18, 3)
    ) as compute_ms,
    cast(
        coalesce(sum(duration_ms) filter (where action = 'transfer'), 0) as decimal(18, 3)
    ) as transfer_ms
from segments
group by calibration, experiment, worker
