with

timings as (

    select * from {{ ref('throughput__timings') }}

),

kinds as (

    select * from {{ ref('int_throughput__kinds_measured') }}

),

counted as (

    select
        calibration,
        experiment,
        worker,
        kind,
        count(*) as task_count,
        sum(duration_ms) as busy_ms,
        count(*) filter (where is_straggler) as straggler_count
    from timings
    group by calibration, experiment, worker, kind

),

expected as (

    select
        counted.*,
        {{ round_wide(
            wide_integer('counted.task_count') ~ ' * ' ~ in_units('kinds.total_ms', 3),
            'kinds.timing_count * 1000', 3
        ) }} as expected_ms
    from counted
    inner join kinds
        on
            counted.calibration = kinds.calibration
            and counted.experiment = kinds.experiment
            and counted.kind = kinds.kind

)

select
    calibration,
    experiment,
    worker,
    coalesce(sum(task_count) filter (where kind = 'simulation'), 0) as simulation_count,
    coalesce(sum(task_count) filter (where kind = 'aggregation'), 0) as aggregation_count,
    sum(task_count) as task_count,
    cast(sum(busy_ms) as decimal(18, 3)) as busy_ms,
    cast(sum(expected_ms) as decimal(18, 3)) as expected_ms,
    sum(straggler_count) as straggler_count
from expected
group by calibration, experiment, worker
