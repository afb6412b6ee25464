{{ config(indexes=row_store_indexes([{'columns': ['calibration']}])) }}

{% set parts = parts_to_make('calibrations', 'calibration') %}

with

timings as (

    select * from {{ ref('stg_throughput__timings') }}
    where {{ parts }}

),

kinds as (

    select * from {{ ref('int_throughput__kinds_measured') }}
    where {{ parts }}

)

select
    timings.timing_id,
    timings.kind,
    timings.calibration,
    timings.experiment,
    timings.run_id,
    timings.param_id,
    timings.seed,
    timings.target,
    timings.worker,
    timings.duration_ms,
    kinds.straggler_limit_ms,
    timings.duration_ms > kinds.straggler_limit_ms as is_straggler,
    timings.sim_return_count,
    timings.output_count,
    timings.payload_mb,
    timings.largest_output_kb,
    timings.logged_at,
    {{ to_day('timings.logged_at') }} as logged_day,
    timings.pod_name
from timings
inner join kinds
    on
        timings.calibration = kinds.calibration
        and timings.experiment = kinds.experiment
        and timings.kind = kinds.kind
