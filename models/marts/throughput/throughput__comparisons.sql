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

measures as (

    select * from {{ ref('int_throughput__measures_resampled') }}

),

-- The two samples of a pair are not joined to each other: PostgreSQL expects one pair at most, and
-- would hold each replicate of the one against all of the other.
sides as (

    select
        *,
        calibration as sample_calibration,
        experiment as sample_experiment,
        false as is_baseline
    from pairs
    union all
    select
        *,
        baseline_calibration as sample_calibration,
        'none' as sample_experiment,
        true as is_baseline
    from pairs

),

paired as (

    select
        sides.baseline_calibration,
        sides.calibration,
        sides.experiment,
        measures.measure,
        measures.replicate,
        max(measures.param_count) filter (where sides.is_baseline) as baseline_param_count,
        max(measures.trial_count) filter (where sides.is_baseline) as baseline_trial_count,
        max(measures.total_us) filter (where sides.is_baseline) as baseline_us,
        max(measures.unit_count) filter (where sides.is_baseline) as baseline_units,
        max(measures.param_count) filter (where not sides.is_baseline) as experiment_param_count,
        max(measures.trial_count) filter (where not sides.is_baseline) as experiment_trial_count,
        max(measures.total_us) filter (where not sides.is_baseline) as experiment_us,
        max(measures.unit_count) filter (where not sides.is_baseline) as experiment_units
    from sides
    inner join measures
        on
            sides.sample_calibration = measures.calibration
            and sides.sample_experiment = measures.experiment
    group by
        sides.baseline_calibration, sides.calibration, sides.experiment, measures.measure,
        measures.replicate

),

compared as (

    select
        *,
        {{ round_wide('baseline_us', 'baseline_units * 1000', 3) }} as baseline_ms,
        {{ round_wide('experiment_us', 'experiment_units * 1000', 3) }} as experiment_ms,
        {{ round_wide(
            wide_integer('experiment_us') ~ ' * baseline_units',
            wide_integer('baseline_us') ~ ' * experiment_units', 6, precision=38
        ) }} as ratio
    from paired

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
