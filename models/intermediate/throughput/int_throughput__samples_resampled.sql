-- A table: every comparison reads two samples, once for each measure.
{{ config(materialized='table') }}

with recursive

buckets as (

    select * from {{ ref('int_throughput__params_bucketed') }}

),

samples as (

    select
        calibration,
        experiment,
        count(*) as bucket_count
    from buckets
    group by calibration, experiment

),

numbers as (

    select 1 as number
    union all
    select number + 1 as number
    from numbers
    where
        number < greatest(
            {{ threshold('bootstrap_replicate_count') }}, {{ threshold('bootstrap_bucket_count') }}
        )

),

-- As many draws as buckets, each of any of them: the same ones in every build.
draws as (

    select
        samples.calibration,
        samples.experiment,
        replicates.number as replicate,
        {{ hash_number(
            "samples.calibration || '/' || samples.experiment || '/'"
            " || cast(replicates.number as text) || '/' || cast(places.number as text)"
        ) }} % samples.bucket_count as bucket
    from samples
    inner join numbers as places on samples.bucket_count >= places.number
    cross join numbers as replicates
    where replicates.number <= {{ threshold('bootstrap_replicate_count') }}

),

counted as (

    select
        calibration,
        experiment,
        replicate,
        bucket,
        count(*) as draw_count
    from draws
    group by calibration, experiment, replicate, bucket
    union all
    select
        calibration,
        experiment,
        0 as replicate,
        bucket,
        1 as draw_count
    from buckets

)

select
    counted.calibration,
    counted.experiment,
    counted.replicate,
    sum(counted.draw_count * buckets.param_count) as param_count,
    sum(counted.draw_count * buckets.trial_count) as trial_count,
    sum(counted.draw_count * buckets.simulation_count) as simulation_count,
    sum(counted.draw_count * buckets.aggregation_count) as aggregation_count,
    sum(counted.draw_count * buckets.interval_count) as interval_count,
    sum(counted.draw_count * buckets.simulation_us) as simulation_us,
    sum(counted.draw_count * buckets.aggregation_us) as aggregation_us,
    sum(counted.draw_count * buckets.interval_us) as interval_us
from counted
inner join buckets
    on
        counted.calibration = buckets.calibration
        and counted.experiment = buckets.experiment
        and counted.bucket = buckets.bucket
group by counted.calibration, counted.experiment, counted.replicate
