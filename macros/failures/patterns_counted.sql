{% macro patterns_counted(failures, attempts, window_from, window_until, condition='true') -%}
    {#- A select: failures and attempts of a window and of the one before by dimension and value. Every time
        of the window has a row, also without failures. -#}
    with

    windows as (

        select
            {{ window_from }} as window_from,
            {{ window_until }} as window_until

    ),

    failures as (

        select
            failures.attempt_id,
            failures.failure_type,
            failures.project,
            failures.node_name,
            failures.image,
            failures.failed_hour,
            failures.failed_weekday,
            failures.failed_day,
            failures.lost_gpu_hours,
            failures.lost_gb_hours,
            coalesce(failures.project, '') || '|' || coalesce(failures.job_name, failures.failure_id) as job,
            failures.failed_at >= windows.window_from as is_current
        from {{ failures }} as failures
        cross join windows
        where
            failures.failed_at >= windows.window_from - (windows.window_until - windows.window_from)
            and failures.failed_at < windows.window_until
            and {{ condition }}

    ),

    attempts as (

        select
            attempts.attempt_id,
            attempts.project,
            attempts.node_name,
            attempts.image,
            attempts.started_hour,
            attempts.started_weekday,
            attempts.started_day,
            attempts.is_failure,
            attempts.started_at >= windows.window_from as is_current
        from {{ attempts }} as attempts
        cross join windows
        where
            attempts.started_at >= windows.window_from - (windows.window_until - windows.window_from)
            and attempts.started_at < windows.window_until
            and attempts.is_ended
            and {{ condition }}

    ),

    -- Whether the window before is known at all, or the history begins later.
    reach as (

        select min(first_at) as known_since
        from (
            select min(failed_at) as first_at from {{ failures }} where {{ condition }}
            union all
            select min(started_at) as first_at from {{ attempts }} where {{ condition }}
        ) as firsts

    ),

    failure_counts as ({{ failures_by_value('failures') }}),

    failure_types as ({{ failure_types_by_value('failures') }}),

    attempt_counts as ({{ attempts_by_value('attempts', 'failures') }}),

    times as ({{ pattern_times('windows') }}),

    keys as (

        select dimension, value from failure_counts where dimension <> 'day'
        union distinct
        select dimension, value from times

    )

    select
        keys.dimension,
        keys.value,
        keys.dimension in ('hour', 'weekday', 'day') as is_time,
        coalesce(failure_counts.failure_count, 0) as failure_count,
        coalesce(failure_counts.job_count, 0) as job_count,
        coalesce(failure_counts.previous_failure_count, 0) as previous_failure_count,
        coalesce(failure_counts.known_count, 0) as known_count,
        coalesce(failure_counts.previous_known_count, 0) as previous_known_count,
        failure_counts.lost_gpu_hours,
        failure_counts.lost_gb_hours,
        failure_types.failure_types,
        coalesce(attempt_counts.attempt_count, 0) as attempt_count,
        coalesce(attempt_counts.failed_attempt_count, 0) as failed_attempt_count,
        coalesce(attempt_counts.previous_attempt_count, 0) as previous_attempt_count,
        times.day_count,
        windows.window_from,
        windows.window_until,
        coalesce(
            reach.known_since
            < windows.window_from - (windows.window_until - windows.window_from) + interval '1 day',
            false
        ) and keys.dimension <> 'day' as is_previous_known
    from keys
    left join failure_counts
        on keys.dimension = failure_counts.dimension and keys.value = failure_counts.value
    left join failure_types
        on keys.dimension = failure_types.dimension and keys.value = failure_types.value
    left join attempt_counts
        on keys.dimension = attempt_counts.dimension and keys.value = attempt_counts.value
    left join times on keys.dimension = times.dimension and keys.value = times.value
    cross join windows
    cross join reach
{%- endmacro %}
