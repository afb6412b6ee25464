-- Is the command_hash fix holding: what it should have ended, in the four weeks before it and since
-- it was fully in effect. A bound is Wilson's, at 95%: so high may the share still be.
with

deployed as (

    select
        least(
            {{ deployed_at('command_hash_fix', 'merged_at_utc') }},
            {{ deployed_at('command_hash_fix', 'deployed_at_utc') }}
        ) as begun_at,
        {{ deployed_at('command_hash_fix') }} as deployed_at

),

placed as (

    select
        runs.*,
        runs.attribution in ('ara_capped', 'ara_exact', 'ara_in_interval') as is_by_ara,
        deployed.deployed_at,
        case when runs.queued_at >= deployed.deployed_at then 'since' else 'before' end as period
    from {{ ref('flotilla__runs') }} as runs
    cross join deployed
    where
        runs.queued_at < {{ as_of_end() }}
        and (
            runs.queued_at >= deployed.deployed_at
            or (
                runs.queued_at < deployed.begun_at
                and runs.queued_at >= deployed.begun_at - interval '28 days'
            )
        )

),

counted as (

    select
        period,
        max(deployed_at) as deployed_at,
        max(queued_at) as newest_at,
        count(*) as run_count,
        count(*) filter (where has_command) as command_run_count,
        count(*) filter (where has_command and command_hash is null) as null_hash_run_count,
        count(*) filter (where is_contaminated) as contaminated_run_count,
        count(memory_mb) as scheduled_run_count,
        count(*) filter (where is_elevated and is_by_ara) as elevated_ara_run_count
    from placed
    group by period

)

select
    period,
    deployed_at,
    newest_at,
    run_count,
    command_run_count,
    null_hash_run_count,
    {{ wilson_bound('null_hash_run_count', 'command_run_count', 'high') }} as null_hash_share_high,
    contaminated_run_count,
    {{ wilson_bound('contaminated_run_count', 'run_count', 'high') }} as contaminated_share_high,
    scheduled_run_count,
    elevated_ara_run_count,
    {{ wilson_bound('elevated_ara_run_count', 'scheduled_run_count', 'high') }}
        as elevated_ara_share_high
from counted
order by period
