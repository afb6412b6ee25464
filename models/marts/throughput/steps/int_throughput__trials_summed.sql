{% set parts = parts_to_make('calibrations', 'calibration') %}

with

trials as (

    select * from {{ ref('throughput__trials') }}
    where {{ parts }}

),

workers as (

    select
        calibration,
        experiment,
        count(*) as worker_count
    from {{ ref('int_throughput__tasks_counted') }}
    where {{ parts }}
    group by calibration, experiment

)

-- Of k aggregations placed at random on W workers, all meet on one with 1 / W^(k - 1).
select
    trials.calibration,
    trials.experiment,
    max(workers.worker_count) as worker_count,
    count(*) as trial_count,
    count(*) filter (where trials.is_ambiguous) as ambiguous_trial_count,
    count(trials.is_split) as multi_target_trial_count,
    count(*) filter (where trials.is_split) as split_trial_count,
    {{ exact_sum(
        'case when trials.is_split is not null then 1 - power('
        ~ 'cast(workers.worker_count as double precision), '
        ~ 'cast(1 - trials.target_count as double precision)) end'
    ) }} / nullif(count(trials.is_split), 0) as random_split_share,
    cast(coalesce(sum(trials.duplicated_mb), 0) as decimal(18, 6)) as duplicated_mb,
    cast({{ median_twice('trials.duplicated_mb') }} as decimal(18, 6)) as duplicated_mb_twice,
    cast({{ median_twice('trials.trial_ms') }} as decimal(18, 3)) as trial_ms_twice,
    cast({{ median_twice('trials.merged_trial_ms') }} as decimal(18, 3)) as merged_trial_ms_twice
from trials
inner join workers
    on
        trials.calibration = workers.calibration
        and trials.experiment = workers.experiment
group by trials.calibration, trials.experiment
