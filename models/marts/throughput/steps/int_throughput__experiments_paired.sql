with

samples as (

    select
        calibration,
        experiment
    from {{ ref('int_throughput__trials_summed') }}

),

baselines as (

    select * from samples
    where experiment = 'none'

),

experiments as (

    select
        samples.calibration,
        samples.experiment,
        baselines.calibration is not null as has_own_baseline
    from samples
    left join baselines on samples.calibration = baselines.calibration
    where samples.experiment <> 'none'

)

-- An experiment belongs to the calibration of the same label; one without is set beside all.
select
    experiments.calibration,
    experiments.experiment,
    baselines.calibration as baseline_calibration
from experiments
inner join baselines
    on
        experiments.calibration = baselines.calibration
        or not experiments.has_own_baseline
