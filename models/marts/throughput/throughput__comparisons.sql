-- A changed baseline changes what is compared with it, and what was.
{% set reached %}
    select part from changed_calibrations
    union
    select pairs.calibration
    from {{ ref('int_throughput__experiments_paired') }} as pairs
    inner join changed_calibrations as changed on pairs.baseline_calibration = changed.part
    union
    select known.calibration
    from {{ this }} as known
    inner join changed_calibrations as changed on known.baseline_calibration = changed.part
{% endset %}
{% set parts = parts_to_make('calibrations', 'calibration', reached={'calibrations': reached}) %}

with

pairs as (

    select * from {{ ref('int_throughput__experiments_paired') }}
    where {{ parts }}

),

experiments as (

    select * from {{ ref('int_throughput__measures_resampled') }}
    where {{ parts }}

),

baselines as (

    select * from {{ ref('int_throughput__measures_resampled') }}
    where
        experiment = 'none'
        and calibration in (select pairs.baseline_calibration from pairs)

),

compared as (

    select
        pairs.baseline_calibration,
        pairs.calibration,
        pairs.experiment,
        baselines.measure,
        baselines.replicate,
        baselines.param_count as baseline_param_count,
        experiments.param_count as experiment_param_count,
        baselines.trial_count as baseline_trial_count,
        experiments.trial_count as experiment_trial_count,
        {{ round_wide('baselines.total_us', 'baselines.unit_count * 1000', 3) }} as baseline_ms,
        {{ round_wide('experiments.total_us', 'experiments.unit_count * 1000', 3) }}
            as experiment_ms,
        {{ round_wide(
            wide_integer('experiments.total_us') ~ ' * baselines.unit_count',
            wide_integer('baselines.total_us') ~ ' * experiments.unit_count', 6, precision=38
        ) }} as ratio
    from pairs
    inner join baselines on pairs.baseline_calibration = baselines.calibration
    inner join experiments
        on
            pairs.calibration = experiments.calibration
            and pairs.experiment = experiments.experiment
            and baselines.measure = experiments.measure
            and baselines.replicate = experiments.replicate

),

summed as (

    select
        baseline_calibration,
        calibration,
        experiment,
        measure,
        max(baseline_param_count) filter (where replicate = 0) as baseline_param_count,
        max(experiment_param_count) filter (where replicate = 0) as experiment_param_count,
        max(baseline_trial_count) filter (where replicate = 0) as baseline_trial_count,
        max(experiment_trial_count) filter (where replicate = 0) as experiment_trial_count,
        max(baseline_ms) filter (where replicate = 0) as baseline_ms,
        max(experiment_ms) filter (where replicate = 0) as experiment_ms,
        max(ratio) filter (where replicate = 0) as ratio,
        percentile_disc(0.025) within group (order by ratio) filter (where replicate > 0) as low,
        percentile_disc(0.975) within group (order by ratio) filter (where replicate > 0) as high,
        count(ratio) filter (where replicate > 0) as replicate_count
    from compared
    group by baseline_calibration, calibration, experiment, measure

),

judged as (

    select
        *,
        least(baseline_param_count, experiment_param_count)
        >= {{ threshold('bootstrap_min_count') }} as is_enough
    from summed

)

select
    baseline_calibration,
    calibration,
    experiment,
    measure,
    cast(baseline_trial_count as bigint) as baseline_trial_count,
    cast(experiment_trial_count as bigint) as experiment_trial_count,
    cast(baseline_ms as decimal(18, 3)) as baseline_ms,
    cast(experiment_ms as decimal(18, 3)) as experiment_ms,
    cast(ratio as decimal(38, 6)) as ratio,
    cast(case when is_enough then low end as decimal(38, 6)) as ratio_low,
    cast(case when is_enough then high end as decimal(38, 6)) as ratio_high,
    case when is_enough then low > 1 or high < 1 end as is_different,
    replicate_count
from judged
where ratio is not null
