with

runs as (

    select * from {{ ref('int_flotilla__runs_of_open_day') }}

),

days_over as (

    select
        definition_id,
        command_hash,
        run_count,
        command_run_count,
        new_command_count,
        oom_count,
        exit_137_count
    from {{ ref('int_flotilla__shared_hashes_daily') }}
    where day < {{ as_of_open_day() }}

),

queued as (

    select
        runs.definition_id,
        runs.command_hash,
        count(*) as run_count,
        count(runs.command_md5) as command_run_count,
        case
            when runs.command_md5 is not null and not exists (
                select 1
                from {{ ref('int_flotilla__hash_commands_daily') }} as earlier
                where
                    earlier.queued_day < {{ as_of_open_day() }}
                    and earlier.definition_id = runs.definition_id
                    and earlier.command_hash is not distinct from runs.command_hash
                    and earlier.command_md5 = runs.command_md5
            ) then 1
            else 0
        end as new_command_count,
        0 as oom_count,
        0 as exit_137_count
    from runs
    group by runs.definition_id, runs.command_hash, runs.command_md5

),

-- What only the end of a run tells belongs to the day it ended; without one, to the queued day.
finished as (

    select
        definition_id,
        command_hash,
        0 as run_count,
        0 as command_run_count,
        0 as new_command_count,
        count(*) as oom_count,
        count(*) filter (where exit_code = 137) as exit_137_count
    from {{ ref('flotilla__runs') }}
    where
        is_oom
        and command_md5 is not null
        and (
            (
                finished_at >= {{ day_start(as_of_open_day()) }}
                and finished_at < {{ as_of_end() }}
                and finished_day >= {{ as_of_open_day() }}
            )
            or (
                finished_at is null
                and queued_at >= {{ day_start(as_of_open_day()) }}
                and queued_at < {{ as_of_end() }}
                and queued_day >= {{ as_of_open_day() }}
            )
        )
    group by definition_id, command_hash

)

select * from days_over
union all
select * from queued
union all
select * from finished
