-- The state of the fleet: the seven days that end with the newest run, and the seven before them.
with

-- So that days long past are not read.
last_day as (

    select max(queued_day) as last_day
    from {{ ref('flotilla__elevation_daily') }}
    where queued_day <= {{ as_of_today() }}

),

runs as (

    select * from {{ ref('flotilla__runs') }}
    where
        queued_at < {{ as_of_end() }}
        and queued_day >= (select last_day.last_day - 15 from last_day)

),

newest as (

    select max(queued_at) as newest_at from runs

),

placed as (

    select
        runs.*,
        newest.newest_at,
        coalesce(runs.finished_at < {{ as_of_end() }}, false) as is_ended,
        case
            when runs.queued_at > newest.newest_at - interval '7 days' then 'last'
            else 'before'
        end as period
    from runs
    cross join newest
    where runs.queued_at > newest.newest_at - interval '14 days'

)

select
    period,
    max(newest_at) as newest_at,
    count(*) as run_count,
    count(memory_mb) as scheduled_run_count,
    count(*) filter (where is_elevated) as elevated_run_count,
    count(*) filter (where is_contaminated) as contaminated_run_count,
    cast(coalesce(sum(contaminated_gb_hours) filter (where is_ended), 0) as decimal(18, 6))
        as contaminated_gb_hours,
    count(*) filter (where is_ended) as ended_run_count,
    count(*) filter (where is_ended and is_oom) as oom_run_count,
    count(*) filter (where has_command) as command_run_count,
    count(*) filter (where has_command and command_hash is null) as null_hash_run_count
from placed
group by period
order by period
