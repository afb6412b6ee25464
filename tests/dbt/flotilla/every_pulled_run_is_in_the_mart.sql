-- Of each day flotilla__allocation_daily counts as many runs as were pulled.
with

days as (

    select
        queued_day,
        run_count
    from {{ ref('stg_flotilla__days') }}
    where queued_day is not null

),

counted as (

    select
        queued_day,
        sum(run_count) as run_count
    from {{ ref('flotilla__allocation_daily') }}
    group by queued_day

)

select
    coalesce(days.queued_day, counted.queued_day) as queued_day,
    days.run_count as pulled_runs,
    counted.run_count as counted_runs
from days
full join counted on days.queued_day = counted.queued_day
where days.run_count is distinct from counted.run_count
