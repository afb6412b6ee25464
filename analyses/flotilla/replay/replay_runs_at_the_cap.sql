-- Runs at the cap of their time, by who put them there: how many succeeded, ran out of memory
-- again, and what they used. A peak far below the cap says that the memory was not needed.
with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_at < {{ as_of_end() }}

),

policies as (

    select * from {{ ref('int_flotilla__policies_in_force') }}

),

at_cap as (

    select
        runs.policy_version,
        runs.attribution,
        runs.memory_mb,
        runs.definition_default_mb,
        runs.is_contaminated,
        policies.max_memory_mb as cap_mb,
        -- What only the end of a run tells counts when it had ended by then.
        case when runs.finished_at < {{ as_of_end() }} then runs.is_oom end as is_oom,
        case when runs.finished_at < {{ as_of_end() }} then runs.is_final end as is_final,
        case when runs.finished_at < {{ as_of_end() }} then runs.exit_code end as exit_code,
        case
            when runs.finished_at < {{ as_of_end() }} then runs.peak_memory_mb
        end as peak_memory_mb,
        case
            when runs.finished_at < {{ as_of_end() }} then runs.memory_gb_hours
        end as memory_gb_hours
    from runs
    inner join policies on runs.policy_version = policies.policy_version
    where runs.memory_mb = policies.max_memory_mb

)

select
    policy_version,
    cap_mb,
    attribution,
    count(*) as run_count,
    count(*) filter (where exit_code = 0 and not is_oom) as succeeded_count,
    count(*) filter (where is_oom) as oom_count,
    count(*) filter (where is_final and not is_oom and exit_code is distinct from 0)
        as otherwise_ended_count,
    count(*) filter (where is_contaminated) as contaminated_run_count,
    count(peak_memory_mb) as measured_count,
    min(peak_memory_mb) as min_peak_mb,
    percentile_disc(0.5) within group (order by peak_memory_mb) as median_peak_mb,
    max(peak_memory_mb) as max_peak_mb,
    count(*) filter (where peak_memory_mb * 2 < cap_mb) as peak_below_half_count,
    count(*) filter (where peak_memory_mb <= definition_default_mb) as peak_within_default_count,
    cast(sum(memory_gb_hours) as decimal(18, 6)) as memory_gb_hours
from at_cap
group by policy_version, cap_mb, attribution
order by cap_mb desc, policy_version asc, run_count desc, attribution asc
