{% macro reached_days(days, pulled_days) -%}
    {#- Of changed days of runs, what they reach: so many days after them, and earlier ones whose runs
        started as late (a run reads donors until it starts). A day that has no runs any more too. -#}
    select part from changed_runs
    union
    select cast(days.queued_day as text) as part
    from {{ pulled_days }} as days
    inner join changed_runs
        on
            days.queued_day <= cast(changed_runs.part as date) + {{ days }}
            and (
                days.queued_day >= cast(changed_runs.part as date)
                or days.last_started_at >= {{ day_start('cast(changed_runs.part as date)') }}
            )
{%- endmacro %}
