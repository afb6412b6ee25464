{% set parts = parts_to_make('calibrations', 'calibration') %}

with

judged as (

    select * from {{ ref('int_throughput__transfers_judged') }}
    where {{ parts }}

),

trials as (

    select * from {{ ref('int_throughput__trials_summed') }}
    where {{ parts }}

),

simulations as (

    select * from {{ ref('int_throughput__kinds_measured') }}
    where kind = 'simulation' and {{ parts }}

),

aggregations as (

    select * from {{ ref('int_throughput__kinds_measured') }}
    where kind = 'aggregation' and {{ parts }}

),

payloads as (

    select * from {{ ref('int_throughput__payloads_measured') }}
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
        -- The workers of Dask's reports: the others have no segment.
        count(compute_ms) as reported_worker_count,
        max(skew) as largest_skew,
        sum(straggler_count) as straggler_count,
        sum(warning_count) as warning_count
    from {{ ref('throughput__workers') }}
    where {{ parts }}
    group by calibration, experiment

),

samples as (

    select
        calibration,
        experiment
    from judged
    union
    select
        calibration,
        experiment
    from payloads

)

select
    samples.calibration,
    samples.experiment,
    coalesce(simulations.timing_count, 0) as simulation_count,
    simulations.median_ms as simulation_median_ms,
    simulations.p95_ms as simulation_p95_ms,
    simulations.p95_kind as simulation_p95_kind,
    coalesce(aggregations.timing_count, 0) as aggregation_count,
    aggregations.median_ms as aggregation_median_ms,
    aggregations.p95_ms as aggregation_p95_ms,
    aggregations.p95_kind as aggregation_p95_kind,
    payloads.payload_median_mb,
    payloads.payload_max_mb,
    coalesce(payloads.payload_estimate_count, 0) as payload_estimate_count,
    payloads.payload_estimate_median_kb,
    coalesce(trials.trial_count, 0) as trial_count,
    coalesce(trials.ambiguous_trial_count, 0) as ambiguous_trial_count,
    coalesce(trials.worker_count, workers.reported_worker_count, 0) as worker_count,
    coalesce(judged.busy_ms, 0) as busy_ms,
    spans.span_ms,
    spans.span_source,
    {{ round_wide(
        "case when spans.span_source = 'log' then " ~ in_units('judged.busy_ms', 3) ~ " end",
        wide_integer(in_units('spans.span_ms', 3)) ~ ' * trials.worker_count', 4
    ) }} as busy_share,
    {{ round_wide(
        "case when spans.span_source = 'log' then "
        ~ wide_integer('trials.trial_count') ~ " * 3600000000 end",
        wide_integer(in_units('spans.span_ms', 3)) ~ ' * trials.worker_count', 2, precision=38
    ) }} as trials_per_worker_hour,
    workers.largest_skew,
    cast(coalesce(workers.straggler_count, 0) as bigint) as straggler_count,
    cast(coalesce(workers.warning_count, 0) as bigint) as warning_count,
    coalesce(trials.multi_target_trial_count, 0) as multi_target_trial_count,
    coalesce(trials.split_trial_count, 0) as split_trial_count,
    {{ round_ratio('trials.split_trial_count', 'trials.multi_target_trial_count', 4) }}
        as split_share,
    trials.random_split_share,
    cast(coalesce(trials.duplicated_mb, 0) as decimal(18, 6)) as duplicated_mb,
    cast(trials.duplicated_mb_twice * 0.5 as decimal(18, 7)) as duplicated_median_mb,
    cast(trials.trial_ms_twice * 0.5 as decimal(18, 4)) as trial_median_ms,
    cast(trials.merged_trial_ms_twice * 0.5 as decimal(18, 4)) as merged_trial_median_ms,
    coalesce(judged.verdict, 'transfer not observed') as verdict,
    judged.compute_ms,
    judged.transfer_ms,
    judged.transfer_share,
    coalesce(judged.duplicated_transfer_ms, 0) as duplicated_transfer_ms,
    judged.duplicated_transfer_share
from samples
left join judged
    on samples.calibration = judged.calibration and samples.experiment = judged.experiment
left join trials
    on samples.calibration = trials.calibration and samples.experiment = trials.experiment
left join simulations
    on
        samples.calibration = simulations.calibration
        and samples.experiment = simulations.experiment
left join aggregations
    on
        samples.calibration = aggregations.calibration
        and samples.experiment = aggregations.experiment
left join payloads
    on samples.calibration = payloads.calibration and samples.experiment = payloads.experiment
left join spans
    on samples.calibration = spans.calibration and samples.experiment = spans.experiment
left join workers
    on samples.calibration = workers.calibration and samples.experiment = workers.experiment
