with

changed as (

    select * from {{ ref('int_failures__retries_counted') }}

),

base as (

    select * from changed
    where change_made = 'unchanged'

)

-- The interval of the difference is Newcombe's, from the two Wilson intervals.
select
    changed.failure_type,
    changed.change_made,
    changed.retry_count,
    changed.success_count,
    {{ round_ratio('changed.success_count', 'changed.retry_count', 6) }} as success_rate,
    changed.rate_low as success_rate_low,
    changed.rate_high as success_rate_high,
    coalesce(base.retry_count, 0) as unchanged_retry_count,
    coalesce(base.success_count, 0) as unchanged_success_count,
    {{ round_ratio('base.success_count', 'base.retry_count', 6) }} as unchanged_success_rate,
    case when changed.change_made <> 'unchanged' then changed.rate - base.rate end as uplift,
    case
        when changed.change_made <> 'unchanged'
            then
                changed.rate - base.rate
                - sqrt(
                    power(changed.rate - changed.rate_low, 2) + power(base.rate_high - base.rate, 2)
                )
    end as uplift_low,
    case
        when changed.change_made <> 'unchanged'
            then
                changed.rate - base.rate
                + sqrt(
                    power(changed.rate_high - changed.rate, 2) + power(base.rate - base.rate_low, 2)
                )
    end as uplift_high
from changed
left join base on changed.failure_type = base.failure_type
