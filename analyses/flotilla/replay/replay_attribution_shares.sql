-- Why runs got their memory: runs and shares by attribution, of all runs and of the elevated ones.
with

runs as (

    select * from {{ ref('flotilla__runs') }}
    where queued_at < {{ as_of_end() }}

),

counted as (

    select
        attribution,
        count(*) as run_count,
        count(*) filter (where is_elevated) as elevated_run_count,
        count(*) filter (where is_elevated_ara_enabled) as elevated_ara_enabled_run_count,
        count(*) filter (where not is_memory_reachable) as unreachable_run_count
    from runs
    group by attribution

)

select
    attribution,
    run_count,
    {{ round_ratio('100 * run_count', 'cast(sum(run_count) over () as bigint)', 2) }}
        as run_percent,
    elevated_run_count,
    {{ round_ratio(
        '100 * elevated_run_count', 'cast(sum(elevated_run_count) over () as bigint)', 2
    ) }}
        as elevated_percent,
    elevated_ara_enabled_run_count,
    unreachable_run_count
from counted
order by run_count desc, attribution asc
