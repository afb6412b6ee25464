-- The same comparison at earlier dates on which nothing is known to have changed: as many days
-- before and after, within the eight weeks before the change.
with

daily as (

    select * from {{ ref('int_effects__outcomes_daily') }}

),

days as (

    select
        queued_day,
        min(queued_day) over () as first_day
    from daily
    group by queued_day

),

windows as (

    select
        *,
        cast(before_until - before_from + 1 as integer) as before_days,
        cast(after_until - after_from + 1 as integer) as after_days
    from {{ ref('int_effects__windows') }}
    where change = '{{ var("effect_change") }}'

),

dates as (

    select
        days.queued_day as placebo_day,
        windows.before_days,
        windows.after_days
    from days
    cross join windows
    where
        days.queued_day between windows.before_until - 55 and windows.before_until
        and days.queued_day + windows.after_days - 1 <= windows.before_until
        and days.queued_day - windows.before_days >= days.first_day
        and not exists (
            select 1
            from {{ ref('int_effects__changes_known') }} as changes
            where
                {{ to_day('changes.begins_at') }} <= days.queued_day + windows.after_days - 1
                and {{ to_day('coalesce(changes.in_effect_at, changes.begins_at)') }}
                >= days.queued_day - windows.before_days
        )

),

cohorts as (

    select 'all' as cohort_kind
    union all
    select 'definition' as cohort_kind

),

counted as (

    select
        cohorts.cohort_kind,
        daily.outcome,
        dates.placebo_day,
        sum(daily.run_count) filter (where daily.queued_day < dates.placebo_day) as before_runs,
        sum(daily.event_count) filter (where daily.queued_day < dates.placebo_day)
            as before_events,
        sum(daily.run_count) filter (where daily.queued_day >= dates.placebo_day) as after_runs,
        sum(daily.event_count) filter (where daily.queued_day >= dates.placebo_day) as after_events
    from dates
    inner join daily
        on
            daily.queued_day
            between dates.placebo_day - dates.before_days
            and dates.placebo_day + dates.after_days - 1
    inner join cohorts
        on
            cohorts.cohort_kind = 'all'
            or daily.cohort = '{{ var("definition") }}'
    group by cohorts.cohort_kind, daily.outcome, dates.placebo_day

)

select
    cohort_kind,
    outcome,
    placebo_day,
    cast(after_events as double precision) / after_runs
    - cast(before_events as double precision) / before_runs as difference
from counted
where before_runs > 0 and after_runs > 0
order by cohort_kind, outcome, placebo_day
