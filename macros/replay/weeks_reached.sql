{% macro weeks_reached() -%}
    {#- Of changed days of runs, the UTC weeks whose lookups they can change: their own, and those up to a window
        after the last of their runs ended, before the change (as the model holds it) or after it. -#}
    {%- if execute and not headroom.is_building() -%}{{ return('') }}{%- endif -%}
    select distinct cast({{ utc_week(day_start('calendar.queued_day + edges.edge')) }} as text) as part
    from (
        select queued_day from {{ ref('stg_flotilla__days') }}
        union
        select cast(part as date) as queued_day from changed_runs
    ) as calendar
    cross join (values (0), (1)) as edges (edge)
    inner join (
        select
            cast(changed_runs.part as date) as first_day,
            greatest(
                cast(changed_runs.part as date),
                {{ to_day('greatest(ends.last_left_at, ends_held.left_at)') }} + 1
                + cast({{ threshold('frontier_window_days') }} as integer)
            ) as last_day
        from changed_runs
        left join {{ ref('stg_flotilla__days') }} as ends on cast(changed_runs.part as date) = ends.queued_day
        left join (
            select queued_week, max(last_left_at) as left_at
            from {{ this }}
            group by queued_week
        ) as ends_held
            on cast(changed_runs.part as date) between ends_held.queued_week - 1 and ends_held.queued_week + 7
    ) as reached on calendar.queued_day between reached.first_day and reached.last_day
{%- endmacro %}
