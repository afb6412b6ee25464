-- Where the impact report's sentences contradict its own tables: the figure from the data beside
-- the published one.
with

allocation as (

    select * from {{ ref('int_flotilla__allocation_as_of') }}

),

moments as (

    select
        {{ as_of_today() }} - 10 as first_day,
        {{ as_of_today() }} as last_day,
        {{ to_day(deployed_at('command_hash_fix', 'merged_at_utc')) }} as merged_day,
        {{ to_day(deployed_at('command_hash_fix')) }} as fixed_day

),

daily as (

    select
        allocation.queued_day,
        coalesce(sum(allocation.at_cap_run_count), 0) as at_cap,
        coalesce(sum(allocation.run_count) filter (
            where allocation.definition_alias = 'forklift-deploy-model-v1'
        ), 0) as forklift,
        coalesce(sum(allocation.run_count) filter (
            where allocation.is_elevated
            and allocation.definition_alias = 'forklift-deploy-model-v1'
        ), 0) as forklift_elevated
    from allocation
    cross join moments
    where allocation.queued_day >= moments.first_day
    group by allocation.queued_day

),

figures as (

    select
        count(*) as day_count,
        sum(daily.at_cap) filter (where daily.queued_day < moments.merged_day) as at_cap_before,
        count(*) filter (where daily.queued_day < moments.merged_day) as days_before,
        sum(daily.forklift_elevated) filter (where daily.queued_day < moments.merged_day)
            as elevated_before,
        max(daily.forklift_elevated) as elevated_peak,
        sum(daily.at_cap) filter (where daily.queued_day >= moments.last_day - 3)
            as at_cap_last_days,
        sum(daily.forklift) filter (where daily.queued_day < moments.merged_day) as runs_before,
        sum(daily.forklift) filter (where daily.queued_day >= moments.fixed_day) as runs_after,
        sum(daily.forklift_elevated) filter (where daily.queued_day >= moments.fixed_day)
            as elevated_after
    from daily
    cross join moments

),

slips as (

    select
        1 as position,
        'runs of 350 GB a day before the fix, on average' as figure,
        '21.2' as published,
        cast({{ round_ratio('at_cap_before', 'days_before', 2) }} as text) as computed,
        'total over the days of the same table' as why
    from figures
    union all
    select
        2 as position,
        'elevated forklift runs a day before the fix' as figure,
        '21' as published,
        cast({{ round_ratio('elevated_before', 'days_before', 2) }} as text)
        || ' on average, ' || cast(elevated_peak as text) || ' on the peak day' as computed,
        '21 is one day' as why
    from figures
    union all
    select
        3 as position,
        'runs of 350 GB in query 7' as figure,
        '92' as published,
        cast(at_cap_last_days as text) as computed,
        'query 7 ran while the last day was not over' as why
    from figures
    union all
    select
        4 as position,
        'effectiveness of the fix for forklift' as figure,
        '100%' as published,
        cast(elevated_before as text) || ' of ' || cast(runs_before as text) || ' before, '
        || cast(elevated_after as text) || ' of ' || cast(runs_after as text) || ' after: '
        || case
            when elevated_after = 0 and runs_after > 0
                then
                    'the rate after may still be '
                    || cast(cast(round(
                        cast(100 * (1 - power(0.025, 1.0 / runs_after)) as numeric), 1
                    ) as decimal(5, 1)) as text) || '%'
            else 'the rate after is not zero'
        end as computed,
        'exact 95% upper bound (Clopper-Pearson, two-sided) for no event' as why
    from figures
    union all
    select
        5 as position,
        'days from the first to the last of the report' as figure,
        '10' as published,
        cast(day_count as text) as computed,
        'both ends count' as why
    from figures

)

select
    figure,
    published,
    computed,
    why
from slips
order by position
