-- The last whole day before the fix was merged against the day it took effect. Figures are runs;
-- the change is a percentage of the day before.
with

allocation as (

    {{ allocation_as_of() }}

),

moments as (

    select
        {{ to_day(deployed_at('command_hash_fix')) }} as after_day,
        {{ to_day(deployed_at('command_hash_fix', 'merged_at_utc')) }} - 1 as before_day

),

daily as (

    select
        allocation.queued_day,
        coalesce(sum(allocation.run_count) filter (
            where allocation.memory_mb = {{ threshold('memory_cap_mb') }}
        ), 0) as at_cap,
        coalesce(sum(allocation.run_count) filter (
            where allocation.is_elevated
            and allocation.definition_alias = 'forklift-deploy-model-v1'
        ), 0) as forklift_elevated,
        coalesce(sum(allocation.ara_enabled_run_count) filter (
            where allocation.is_elevated
        ), 0) as flagged_elevated
    from allocation
    group by allocation.queued_day

),

metrics as (

    select
        1 as position,
        'runs_at_350gb' as metric,
        queued_day,
        at_cap as run_count
    from daily
    union all
    select
        2 as position,
        'forklift_elevated_runs' as metric,
        queued_day,
        forklift_elevated as run_count
    from daily
    union all
    -- The published total adds queries 1 and 3, which share no run.
    select
        3 as position,
        'total_elevated_runs' as metric,
        queued_day,
        at_cap + flagged_elevated as run_count
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
