-- Beside its own changes, whether a sample is compared at all depends on other calibrations.
{% set reached %}
    select part from changed_calibrations
    union
    select differing.calibration
    from (
        (
            select calibration, experiment from {{ ref('int_throughput__samples_compared') }}
            except
            select calibration, experiment from {{ this }}
        )
        union all
        (
            select calibration, experiment from {{ this }}
            except
            select calibration, experiment from {{ ref('int_throughput__samples_compared') }}
        )
    ) as differing
{% endset %}

with recursive

buckets as (

    select * from {{ ref('int_throughput__params_bucketed') }}
    where {{ parts_to_make('calibrations', 'calibration', reached={'calibrations': reached}) }}

),

-- Numbered, so that millions of draws are joined and grouped by whole numbers and not by text.
samples as (

    select
        calibration,
        experiment,
        count(*) as bucket_count,
        row_number() over (
            order by {{ text_key('calibration') }}, {{ text_key('experiment') }}
        ) as sample_number
    from buckets
    group by calibration, experiment

),

numbered as (

    select
        buckets.*,
        samples.sample_number
    from buckets
    inner join samples
        on
            buckets.calibration = samples.calibration
            and buckets.experiment = samples.experiment

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

-- Replicate 0 is the sample itself; any other draws as many buckets as there are, each of any of
-- them, and the same ones in every build. All of them can be the largest one: sums are wide.
draws as (

    select
        sample_number,
        0 as replicate,
        bucket
    from numbered
    union all
    select
        samples.sample_number,
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

summed as (

    select
        draws.sample_number,
        draws.replicate,
        cast(sum(numbered.param_count) as bigint) as param_count,
        cast(sum(numbered.trial_count) as bigint) as trial_count,
        cast(sum(numbered.simulation_count) as bigint) as simulation_count,
        cast(sum(numbered.aggregation_count) as bigint) as aggregation_count,
        cast(sum(numbered.interval_count) as bigint) as interval_count,
        {{ wide_integer('sum(numbered.simulation_us)') }} as simulation_us,
        {{ wide_integer('sum(numbered.aggregation_us)') }} as aggregation_us,
        {{ wide_integer('sum(numbered.interval_us)') }} as interval_us
    from draws
    inner join numbered
        on
            draws.sample_number = numbered.sample_number
            and draws.bucket = numbered.bucket
    group by draws.sample_number, draws.replicate

)

select
    samples.calibration,
    samples.experiment,
    summed.replicate,
    summed.param_count,
    summed.trial_count,
    summed.simulation_count,
    summed.aggregation_count,
    summed.interval_count,
    summed.simulation_us,
    summed.aggregation_us,
    summed.interval_us
from summed
inner join samples on summed.sample_number = samples.sample_number
