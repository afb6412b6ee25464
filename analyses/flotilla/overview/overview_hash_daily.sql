-- Runs by what their stored command_hash is, by whole day of the last sixty, with what was deployed
-- on the day.
with

health as (

    select
        queued_day,
        cast(sum(command_hash_run_count) as bigint) as command_run_count,
        cast(sum(description_hash_run_count) as bigint) as description_run_count,
        cast(sum(client_hash_run_count) as bigint) as client_run_count,
        cast(sum(null_hash_run_count) as bigint) as null_run_count
    from {{ ref('flotilla__hash_health_daily') }}
    where queued_day < {{ as_of_open_day() }} and queued_day > {{ as_of_today() }} - 60
    group by queued_day

),

deployments as (

    select * from {{ ref('int_flotilla__deployments_as_of') }}

)

select
    health.queued_day,
    health.command_run_count,
    health.description_run_count,
    health.client_run_count,
    health.null_run_count,
    deployments.deployed_at,
    deployments.deployed
from health
left join deployments on health.queued_day = deployments.deployed_day
order by health.queued_day
