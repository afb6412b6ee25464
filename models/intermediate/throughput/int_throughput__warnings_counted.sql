with

warnings as (

    select * from {{ ref('stg_throughput__worker_warnings') }}
    where {{ parts_to_make('calibrations', 'calibration') }}

)

select
    calibration,
    experiment,
    worker,
    count(*) as warning_count,
    count(*) filter (where category = 'spilling') as spilling_count,
    count(*) filter (where category = 'pausing') as pausing_count,
    count(*) filter (where category = 'resuming') as resuming_count,
    count(*) filter (where category = 'unmanaged_memory') as unmanaged_memory_count,
    count(*) filter (where category = 'restarting') as restarting_count,
    max(process_memory_mb) as largest_memory_mb
from warnings
group by calibration, experiment, worker
