{% set parts = parts_to_make('calibrations', 'calibration') %}

with

timings as (

    select
        kind || '_ms' as measure,
        logged_at,
        calibration,
        duration_ms
    from {{ ref('throughput__timings') }}
    where {{ parts }}

),

trials as (

    select
        'trial_ms' as measure,
        ended_at as logged_at,
        calibration,
        trial_ms as duration_ms
    from {{ ref('throughput__trials') }}
    where {{ parts }}

),

binned as (

    select
        measure,
        calibration,
        cast({{ local_time('logged_at') }} as date) as logged_day,
        {{ histogram_bin('cast(duration_ms as bigint)') }} as bin
    from (
        select * from timings
        union all
        select * from trials
    ) as measured
    where duration_ms >= 0

)

select
    measure,
    logged_day,
    calibration,
    bin,
    count(*) as value_count
from binned
group by measure, logged_day, calibration, bin
