{% macro hash_commands_as_of() -%}
    {#- int_flotilla__hash_commands_daily as it stood at the moment `as_of`: what only the end of a run
        tells (OOM, exit code) counts when the run had finished by then. The day that the cut divides
        is read from runs: those queued in it, and OOM runs that finished in it. -#}
    with cut as (

        select
            {{ as_of_end() }} as as_of_end,
            {{ as_of_open_day() }} as open_day

    )

    select
        daily.queued_day,
        daily.definition_id,
        daily.engine,
        daily.command_hash,
        daily.command_md5,
        daily.run_count,
        case when daily.finished_day < cut.open_day then daily.oom_count else 0 end as oom_count,
        case when daily.finished_day < cut.open_day then daily.exit_137_count else 0 end as exit_137_count,
        daily.max_memory_mb,
        daily.first_queued_at,
        daily.last_queued_at
    from {{ ref('int_flotilla__hash_commands_daily') }} as daily
    cross join cut
    where daily.queued_day < cut.open_day
    union all
    select
        runs.queued_day,
        runs.definition_id,
        runs.engine,
        runs.command_hash,
        runs.command_md5,
        case when runs.queued_day = cut.open_day then 1 else 0 end as run_count,
        case when runs.is_oom and runs.finished_at < cut.as_of_end then 1 else 0 end as oom_count,
        case when runs.exit_code = 137 and runs.finished_at < cut.as_of_end then 1 else 0 end as exit_137_count,
        runs.memory_mb as max_memory_mb,
        runs.queued_at as first_queued_at,
        runs.queued_at as last_queued_at
    from {{ ref('flotilla__runs') }} as runs
    cross join cut
    where
        runs.queued_at < cut.as_of_end
        and (
            runs.queued_at >= {{ day_start('cut.open_day') }}
            or (
                runs.finished_at >= {{ day_start('cut.open_day') }}
                and runs.finished_at < cut.as_of_end
                and (runs.is_oom or runs.exit_code = 137)
            )
        )
{%- endmacro %}
