with

runs as (

    select * from {{ ref('int_flotilla__runs_of_open_day') }}

),

days_over as (

    select
        queued_day,
        definition_id,
        command_hash,
        command_md5,
        run_count,
        case
            when coalesce(finished_day, queued_day) < {{ as_of_open_day() }} then oom_count
            else 0
        end as oom_count,
        max_memory_mb
    from {{ ref('int_flotilla__hash_commands_daily') }}
    where
        queued_day < {{ as_of_open_day() }}
        and command_hash is not null
        and command_md5 is not null

),

open_day as (

    select
        queued_day,
        definition_id,
        command_hash,
        command_md5,
        1 as run_count,
        case when is_oom and finished_at < {{ as_of_end() }} then 1 else 0 end as oom_count,
        memory_mb as max_memory_mb
    from runs
    where command_hash is not null and command_md5 is not null

),

-- OOM runs of earlier days that ended in the day that the cut divides.
ended as (

    select
        queued_day,
        definition_id,
        command_hash,
        command_md5,
        0 as run_count,
        1 as oom_count,
        memory_mb as max_memory_mb
    from {{ ref('flotilla__runs') }}
    where
        is_oom
        and queued_day < {{ as_of_open_day() }}
        and finished_at >= {{ day_start(as_of_open_day()) }}
        and finished_at < {{ as_of_end() }}
        and finished_day >= {{ as_of_open_day() }}
        and command_hash is not null
        and command_md5 is not null

)

select * from days_over
union all
select * from open_day
union all
select * from ended
