-- The last whole day before the fix against the first whole day on which it was in effect. Figures
-- are runs; the change is a percentage of the day before. NULL where a day has no runs, or is not
-- known.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

),

moments as (

    select * from {{ ref('int_flotilla__days_around_fix') }}

),

daily as (

    select
        queued_day,
        sum(at_cap_run_count) as at_cap,
        coalesce(sum(run_count) filter (
            where is_elevated
            and definition_alias = '{{ var("definition") }}'
        ), 0) as definition_elevated,
        sum(at_cap_or_elevated_run_count) as at_cap_or_elevated
    from allocation
    group by queued_day

),

metrics as (

    select
        1 as position,
        'runs_at_cap' as metric,
        queued_day,
        at_cap as run_count
    from daily
    union all
    select
        2 as position,
        'elevated_runs_of_definition' as metric,
        queued_day,
        definition_elevated as run_count
    from daily
    union all
    -- The published total adds queries 1 and 3; a run that both count stands here once.
    select
        3 as position,
        'runs_at_cap_or_elevated' as metric,
        queued_day,
        at_cap_or_elevated as run_count
    from daily

),

compared as (

    select
        metrics.position,
        metrics.metric,
        cast(sum(metrics.run_count) filter (
            where metrics.queued_day = moments.before_day
        ) as bigint) as before_count,
        cast(sum(metrics.run_count) filter (
            where metrics.queued_day = moments.after_day
        ) as bigint) as after_count
    from metrics
    cross join moments
    group by metrics.position, metrics.metric

)

select
    metric,
    before_count,
    after_count,
    {{ round_ratio('(after_count - before_count) * 100', 'before_count', 0) }} as change_pct
from compared
order by position
