-- Trials, targets, workers and calibrations each count every timing of a calibration once.
with

timings as (

    select
        calibration,
        experiment,
        count(*) as task_count,
        count(*) filter (where kind = 'aggregation') as aggregation_count,
        sum(duration_ms) as busy_ms
    from {{ ref('throughput__timings') }}
    group by calibration, experiment

),

trials as (

    select
        calibration,
        experiment,
        sum(aggregation_count) as aggregation_count
    from {{ ref('throughput__trials') }}
    group by calibration, experiment

),

targets as (

    select
        calibration,
        experiment,
        sum(aggregation_count) as aggregation_count
    from {{ ref('throughput__targets') }}
    group by calibration, experiment

),

workers as (

    select
        calibration,
        experiment,
        sum(task_count) as task_count
    from {{ ref('throughput__workers') }}
    group by calibration, experiment

)

select
    timings.calibration,
    timings.experiment
from timings
left join trials
    on timings.calibration = trials.calibration and timings.experiment = trials.experiment
left join targets
    on timings.calibration = targets.calibration and timings.experiment = targets.experiment
left join workers
    on timings.calibration = workers.calibration and timings.experiment = workers.experiment
left join {{ ref('throughput__calibrations') }} as calibrations
    on
        timings.calibration = calibrations.calibration
        and timings.experiment = calibrations.experiment
where
    trials.aggregation_count is distinct from timings.aggregation_count
    or coalesce(targets.aggregation_count, 0) <> timings.aggregation_count
    or workers.task_count is distinct from timings.task_count
    or calibrations.simulation_count + calibrations.aggregation_count
    is distinct from timings.task_count
    or calibrations.busy_ms is distinct from timings.busy_ms
