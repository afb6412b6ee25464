{% macro hash_commands_as_of() -%}
    {#- Runs that have a hash and a command, from int_flotilla__hash_commands_daily as it stood at the
        moment `as_of`: an OOM counts when the run had ended by then. Only the day that the cut divides
        is counted from runs: those queued in it, and OOM runs of earlier days that ended in it. -#}
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
    union all
    select
        queued_day,
        definition_id,
        command_hash,
        command_md5,
        1 as run_count,
        case when is_oom and finished_at < {{ as_of_end() }} then 1 else 0 end as oom_count,
        memory_mb as max_memory_mb
    from {{ runs_of_open_day() }} as runs
    where command_hash is not null and command_md5 is not null
    union all
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
{%- endmacro %}
