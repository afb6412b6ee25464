with

timings as (

    select * from {{ ref('stg_throughput__timings') }}
    where {{ parts_to_make('calibrations', 'calibration') }}

),

measured as (

    select
        calibration,
        experiment,
        kind,
        count(*) as timing_count,
        sum(duration_ms) as total_ms,
        {{ median_twice('duration_ms') }} as median_ms_twice,
        percentile_disc(0.95) within group (order by duration_ms) as p95_ms
    from timings
    group by calibration, experiment, kind

),

spreads as (

    select
        timings.calibration,
        timings.experiment,
        timings.kind,
        {{ median_twice('abs(2 * timings.duration_ms - measured.median_ms_twice)') }}
            as mad_ms_four_times
    from timings
    inner join measured
        on
            timings.calibration = measured.calibration
            and timings.experiment = measured.experiment
            and timings.kind = measured.kind
    group by timings.calibration, timings.experiment, timings.kind

)

select
    measured.calibration,
    measured.experiment,
    measured.kind,
    measured.timing_count,
    cast(measured.total_ms as decimal(18, 3)) as total_ms,
    cast(measured.median_ms_twice * 0.5 as decimal(18, 4)) as median_ms,
    cast(measured.p95_ms as decimal(18, 3)) as p95_ms,
    {{ p95_kind('measured.timing_count') }} as p95_kind,
    cast(
        measured.median_ms_twice * 0.5
        + {{ threshold('straggler_mad_count') }}
        * cast(spreads.mad_ms_four_times as decimal(38, 3)) * 0.25
        as decimal(18, 5)
    ) as straggler_limit_ms
from measured
inner join spreads
    on
        measured.calibration = spreads.calibration
        and measured.experiment = spreads.experiment
        and measured.kind = spreads.kind
