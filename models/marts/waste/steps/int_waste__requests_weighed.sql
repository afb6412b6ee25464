with

attempts as (

    select * from {{ ref('int_waste__attempts_recent') }}
    where known_by <> 'unknown'

),

requests as (

    select * from {{ ref('int_waste__requests_sized') }}

),

tried as (

    select
        attempts.source,
        attempts.job_name,
        requests.rule_name,
        attempts.wasted_gb_hours,
        attempts.price_per_gb_hour,
        attempts.currency,
        attempts.held_us,
        requests.request_mb,
        case
            when attempts.known_by = 'measured' and attempts.measured_mb <= requests.request_mb
                then requests.request_mb - attempts.measured_mb
            when attempts.known_by = 'enough' and attempts.held_mb <= requests.request_mb
                then requests.request_mb - attempts.held_mb
        end as unused_mb,
        -- Whether an attempt that was killed with less would fit, nobody knows.
        attempts.known_by <> 'killed' or attempts.held_mb >= requests.request_mb as is_decided
    from attempts
    inner join requests
        on attempts.source = requests.source and attempts.job_name = requests.job_name

),

weighed as (

    select
        *,
        -- An attempt that does not fit is lost, at the latest where it ends now.
        {{ gb_hours('coalesce(unused_mb, request_mb)', 'held_us') }} as expected_gb_hours
    from tried

)

select
    source,
    job_name,
    rule_name,
    count(*) filter (where is_decided) as known_count,
    count(*) filter (where is_decided and unused_mb is null) as oom_count,
    cast(sum(expected_gb_hours) filter (where is_decided) as decimal(38, 6))
        as expected_waste_gb_hours,
    cast(sum(wasted_gb_hours) filter (where is_decided) as decimal(38, 6)) as wasted_gb_hours,
    cast(
        coalesce(sum(wasted_gb_hours) filter (where not is_decided), 0) as decimal(38, 6)
    ) as avoidable_gb_hours,
    -- Prices of two currencies do not add up.
    case
        when count(distinct currency) = 1 and count(currency) = count(*)
            then
                cast(
                    sum((wasted_gb_hours - expected_gb_hours) * price_per_gb_hour)
                    filter (where is_decided)
                    as decimal(38, 12)
                )
    end as saving_cost,
    case when count(distinct currency) = 1 then max(currency) end as currency
from weighed
group by source, job_name, rule_name
