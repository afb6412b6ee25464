-- Elevated runs by cause, by whole day of the last sixty, with what was deployed on the day.
with

elevation as (

    select
        queued_day,
        cast(sum(elevated_ara_run_count) as bigint) as ara_run_count,
        cast(sum(elevated_run_request_count) as bigint) as asked_run_count,
        cast(
            sum(elevated_run_count - elevated_ara_run_count - elevated_run_request_count) as bigint
        ) as other_run_count
    from {{ ref('flotilla__elevation_daily') }}
    where queued_day < {{ as_of_open_day() }} and queued_day > {{ as_of_today() }} - 60
    group by queued_day

),

deployments as (

    select * from {{ ref('int_flotilla__deployments_as_of') }}

)

select
    elevation.queued_day,
    elevation.ara_run_count,
    elevation.asked_run_count,
    elevation.other_run_count,
    deployments.deployed_at,
    deployments.deployed
from elevation
left join deployments on elevation.queued_day = deployments.deployed_day
order by elevation.queued_day
