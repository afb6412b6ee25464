{% set parts = parts_to_make('calibrations', 'calibration') %}

with

timings as (

    select
        *,
        {{ epoch_microseconds('logged_at') }} as logged_us
    from {{ ref('stg_throughput__timings') }}
    where {{ parts }}

),

segments as (

    select
        *,
        {{ epoch_microseconds('started_at') }} as started_us
    from {{ ref('stg_throughput__task_segments') }}
    where {{ parts }}

),

logged as (

    select
        calibration,
        experiment,
        max(logged_us) - min(logged_us - cast(duration_ms * 1000 as bigint)) as span_us
    from timings
    group by calibration, experiment
    having count(logged_us) = count(*)

),

reports as (

    select
        calibration,
        experiment,
        report_id,
        max(started_us + cast(duration_ms * 1000 as bigint)) - min(started_us) as span_us
    from segments
    group by calibration, experiment, report_id

),

reported as (

    select
        calibration,
        experiment,
        sum(span_us) as span_us
    from reports
    group by calibration, experiment

)

-- The log first: its span is that of the tasks it counts. A report can span a century, and a
-- thousand of them more than 18 digits.
select
    coalesce(logged.calibration, reported.calibration) as calibration,
    coalesce(logged.experiment, reported.experiment) as experiment,
    cast(coalesce(logged.span_us, reported.span_us) * 0.001 as decimal(38, 3)) as span_ms,
    case when logged.span_us is null then 'report' else 'log' end as span_source
from logged
full outer join reported
    on
        logged.calibration = reported.calibration
        and logged.experiment = reported.experiment
