{% set parts = parts_to_make('calibrations', 'calibration') %}

with

tasks as (

    select
        *,
        sum(busy_ms) over (partition by calibration, experiment) as calibration_busy_ms,
        count(*) over (partition by calibration, experiment) as worker_count
    from {{ ref('int_throughput__tasks_counted') }}
    where {{ parts }}

),

warnings as (

    select * from {{ ref('int_throughput__warnings_counted') }}
    where {{ parts }}

),

segments as (

    select * from {{ ref('int_throughput__segments_summed') }}
    where {{ parts }}

),

spans as (

    select * from {{ ref('int_throughput__spans_known') }}
    where {{ parts }}

),

workers as (

    select
        calibration,
        experiment,
        worker
    from tasks
    union
    select
        calibration,
        experiment,
        worker
    from warnings
    union
    select
        calibration,
        experiment,
        worker
    from segments

)

select
    workers.calibration,
    workers.experiment,
    workers.worker,
    cast(coalesce(tasks.simulation_count, 0) as bigint) as simulation_count,
    cast(coalesce(tasks.aggregation_count, 0) as bigint) as aggregation_count,
    cast(coalesce(tasks.task_count, 0) as bigint) as task_count,
    cast(coalesce(tasks.busy_ms, 0) as decimal(18, 3)) as busy_ms,
    spans.span_ms,
    spans.span_source,
    {{ round_wide(
        "case when spans.span_source = 'log' then " ~ in_units('tasks.busy_ms', 3)
        ~ " else " ~ in_units('segments.compute_ms', 3) ~ " end", in_units('spans.span_ms', 3), 4
    ) }} as busy_share,
    {{ round_wide(
        in_units('tasks.expected_ms', 3), in_units('tasks.busy_ms', 3), 4, precision=38
    ) }} as efficiency,
    {{ round_wide(
        wide_integer(in_units('tasks.busy_ms', 3)) ~ ' * tasks.worker_count',
        in_units('tasks.calibration_busy_ms', 3), 4
    ) }} as skew,
    cast(coalesce(tasks.straggler_count, 0) as bigint) as straggler_count,
    coalesce(warnings.warning_count, 0) as warning_count,
    coalesce(warnings.spilling_count, 0) as spilling_count,
    coalesce(warnings.pausing_count, 0) as pausing_count,
    coalesce(warnings.resuming_count, 0) as resuming_count,
    coalesce(warnings.unmanaged_memory_count, 0) as unmanaged_memory_count,
    coalesce(warnings.restarting_count, 0) as restarting_count,
    cast(warnings.largest_memory_mb as decimal(18, 6)) as largest_memory_mb,
    segments.compute_ms,
    segments.transfer_ms
from workers
left join tasks
    on
        workers.calibration = tasks.calibration
        and workers.experiment = tasks.experiment
        and workers.worker = tasks.worker
left join warnings
    on
        workers.calibration = warnings.calibration
        and workers.experiment = warnings.experiment
        and workers.worker = warnings.worker
left join segments
    on
        workers.calibration = segments.calibration
        and workers.experiment = segments.experiment
        and workers.worker = segments.worker
left join spans
    on
        workers.calibration = spans.calibration
        and workers.experiment = spans.experiment
