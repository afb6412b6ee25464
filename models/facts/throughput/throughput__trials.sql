{{ config(indexes=row_store_indexes([{'columns': ['calibration']}])) }}

{% set parts = parts_to_make('calibrations', 'calibration') %}

with

aggregations as (

    select
        *,
        count(*) over (partition by calibration, experiment, param_id) as trial_count
    from {{ ref('int_throughput__aggregations_placed') }}
    where {{ parts }}

),

simulations as (

    select * from {{ ref('int_throughput__simulations_counted') }}
    where {{ parts }}

),

joined as (

    select
        coalesce(aggregations.calibration, simulations.calibration) as calibration,
        coalesce(aggregations.experiment, simulations.experiment) as experiment,
        aggregations.run_id,
        coalesce(aggregations.param_id, simulations.param_id) as param_id,
        coalesce(aggregations.trial_count, 1) as param_trial_count,
        coalesce(simulations.simulation_count, 0) as simulation_count,
        cast(coalesce(simulations.simulation_ms, 0) as decimal(18, 3)) as simulation_ms,
        simulations.longest_simulation_ms,
        coalesce(aggregations.aggregation_count, 0) as aggregation_count,
        coalesce(aggregations.target_count, 0) as target_count,
        coalesce(aggregations.worker_count, 0) as aggregation_worker_count,
        cast(coalesce(aggregations.aggregation_ms, 0) as decimal(18, 3)) as aggregation_ms,
        coalesce(aggregations.longest_worker_ms, 0) as longest_worker_ms,
        aggregations.payload_mb,
        aggregations.duplicated_mb,
        case
            when coalesce(simulations.is_timed, true) and coalesce(aggregations.is_timed, true)
                then greatest(
                    coalesce(simulations.last_logged_at, aggregations.last_logged_at),
                    coalesce(aggregations.last_logged_at, simulations.last_logged_at)
                )
        end as ended_at
    from aggregations
    full outer join simulations
        on
            aggregations.calibration = simulations.calibration
            and aggregations.experiment = simulations.experiment
            and aggregations.param_id = simulations.param_id

)

-- A path without its simulations would be no trial's time: NULL then.
select
    calibration,
    experiment,
    run_id,
    param_id,
    param_trial_count,
    param_trial_count > 1 as is_ambiguous,
    simulation_count,
    simulation_ms,
    longest_simulation_ms,
    cast(aggregation_count as bigint) as aggregation_count,
    cast(target_count as bigint) as target_count,
    cast(aggregation_worker_count as bigint) as aggregation_worker_count,
    case when target_count > 1 then aggregation_worker_count > 1 end as is_split,
    aggregation_ms,
    payload_mb,
    duplicated_mb,
    cast(longest_simulation_ms + longest_worker_ms as decimal(18, 3)) as trial_ms,
    cast(
        longest_simulation_ms + aggregation_ms + {{ transfer_ms('payload_mb') }} as decimal(18, 3)
    ) as merged_trial_ms,
    ended_at
from joined
