with

workers as (

    select * from {{ ref('throughput__workers') }}

),

trials as (

    select * from {{ ref('int_throughput__trials_summed') }}

),

observed as (

    select
        calibration,
        experiment,
        sum(busy_ms) as busy_ms,
        sum(compute_ms) as compute_ms,
        sum(transfer_ms) as transfer_ms
    from workers
    group by calibration, experiment

),

shared as (

    select
        observed.*,
        {{ transfer_ms('trials.duplicated_mb') }} as duplicated_transfer_ms,
        {{ round_wide(
            in_units('observed.transfer_ms', 3),
            in_units('(observed.compute_ms + observed.transfer_ms)', 3), 4
        ) }} as transfer_share
    from observed
    left join trials
        on
            observed.calibration = trials.calibration
            and observed.experiment = trials.experiment

)

select
    calibration,
    experiment,
    cast(busy_ms as decimal(18, 3)) as busy_ms,
    cast(compute_ms as decimal(18, 3)) as compute_ms,
    cast(transfer_ms as decimal(18, 3)) as transfer_ms,
    transfer_share,
    cast(coalesce(duplicated_transfer_ms, 0) as decimal(18, 3)) as duplicated_transfer_ms,
    {{ round_wide(
        in_units('coalesce(duplicated_transfer_ms, 0)', 3),
        in_units('(coalesce(duplicated_transfer_ms, 0) + busy_ms)', 3), 4
    ) }} as duplicated_transfer_share,
    case
        when transfer_share > {{ threshold('transfer_dominance_share') }} then 'transfer dominates'
        when transfer_share is not null then 'compute dominates'
        else 'transfer not observed'
    end as verdict
from shared
