with

-- A rate needs the attempts behind the failures. Times are compared with each other, so they are
-- known all or none; without attempts, days stand in for them.
known as (

    select
        counted.*,
        case
            when counted.is_time
                then
                    sum(counted.attempt_count) over dimensions > 0
                    and sum(counted.known_count) over dimensions
                    >= {{ threshold('failure_known_share') }}
                    * sum(counted.failure_count) over dimensions
            else
                counted.attempt_count > 0
                and counted.known_count
                >= {{ threshold('failure_known_share') }} * counted.failure_count
        end as is_known,
        counted.previous_attempt_count > 0
        and counted.previous_known_count
        >= {{ threshold('failure_known_share') }} * counted.previous_failure_count
            as is_previous_exposure_known
    from {{ ref('int_failures__patterns_counted') }} as counted
    window dimensions as (partition by counted.dimension)

)

select
    *,
    case when is_known then failed_attempt_count else failure_count end as observed,
    case when is_known then attempt_count else day_count end as exposure,
    case
        when is_known and attempt_count > 0 and is_previous_exposure_known
            then
                cast(attempt_count as double precision)
                / (attempt_count + previous_attempt_count)
        else 0.5e0
    end as current_share,
    failure_count + previous_failure_count as both_failure_count
from known
