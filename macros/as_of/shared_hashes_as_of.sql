{% macro shared_hashes_as_of() -%}
    {#- int_flotilla__shared_hashes_daily as it stood at the moment `as_of`. Only the day that the cut
        divides is counted from runs: those queued in it, and OOM runs that ended in it. -#}
    select
        definition_id,
        command_hash,
        run_count,
        command_run_count,
        new_command_count,
        oom_count,
        exit_137_count,
        max_memory_mb,
        first_queued_at,
        last_queued_at
    from {{ ref('int_flotilla__shared_hashes_daily') }}
    where day < {{ as_of_open_day() }}
    union all
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
        0 as exit_137_count,
        max(case when runs.command_md5 is not null then runs.memory_mb end) as max_memory_mb,
        min(case when runs.command_md5 is not null then runs.queued_at end) as first_queued_at,
        max(case when runs.command_md5 is not null then runs.queued_at end) as last_queued_at
    from {{ runs_of_open_day() }} as runs
    group by runs.definition_id, runs.command_hash, runs.command_md5
    union all
    select
        definition_id,
        command_hash,
        0 as run_count,
        0 as command_run_count,
        0 as new_command_count,
        count(*) as oom_count,
        count(*) filter (where exit_code = 137) as exit_137_count,
        cast(null as integer) as max_memory_mb,
        cast(null as timestamptz) as first_queued_at,
        cast(null as timestamptz) as last_queued_at
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
{%- endmacro %}
