{% set sample = 'calibration, experiment' %}

with

trials as (

    select * from {{ ref('throughput__trials') }}

),

compared as (

    select * from {{ ref('int_throughput__samples_compared') }}

),

-- The simulations of a parameter set belong to all of its trials: they are drawn together.
params as (

    select
        trials.calibration,
        trials.experiment,
        trials.param_id,
        count(*) as trial_count,
        max(trials.simulation_count) as simulation_count,
        max(trials.simulation_ms) as simulation_ms,
        sum(trials.aggregation_count) as aggregation_count,
        sum(trials.aggregation_ms) as aggregation_ms,
        max({{ epoch_microseconds('trials.ended_at') }}) as ended_us,
        count(*) - count(trials.ended_at) as untimed_count
    from trials
    inner join compared
        on
            trials.calibration = compared.calibration
            and trials.experiment = compared.experiment
    group by trials.calibration, trials.experiment, trials.param_id

),

-- From one end to the next: the first set has no interval.
spaced as (

    select
        *,
        sum(untimed_count) over (partition by {{ sample }}) = 0 as is_timed,
        ended_us - lag(ended_us) over (
            partition by {{ sample }} order by ended_us, {{ text_key('param_id') }}
        ) as interval_us,
        row_number() over (
            partition by {{ sample }}
            order by {{ text_key('md5(param_id)') }}, {{ text_key('param_id') }}
        ) as place
    from params

),

placed as (

    select
        *,
        cast((place - 1) % {{ threshold('bootstrap_bucket_count') }} as integer) as bucket
    from spaced

)

select
    calibration,
    experiment,
    bucket,
    count(*) as param_count,
    cast(sum(trial_count) as bigint) as trial_count,
    cast(sum(simulation_count) as bigint) as simulation_count,
    cast(sum(aggregation_count) as bigint) as aggregation_count,
    cast(
        coalesce(sum(case when is_timed and interval_us is not null then trial_count end), 0)
        as bigint
    ) as interval_count,
    cast(sum(simulation_ms) * 1000 as bigint) as simulation_us,
    cast(sum(aggregation_ms) * 1000 as bigint) as aggregation_us,
    cast(coalesce(sum(case when is_timed then interval_us end), 0) as bigint) as interval_us
from placed
group by calibration, experiment, bucket
