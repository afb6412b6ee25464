with

ranked as (

    select
        *,
        case
            when known_by = 'measured'
                then
                    count(*) over (
                        partition by source, job_name, known_by order by measured_mb
                    )
        end as peak_rank,
        count(*) over (partition by source, job_name, known_by) as known_count,
        count(*) over (partition by source, job_name, limit_mb) as limit_count
    from {{ ref('int_waste__attempts_recent') }}

),

jobs as (

    select
        source,
        job_name,
        min(window_from) as window_from,
        max(window_until) as window_until,
        count(*) as attempt_count,
        count(distinct submitted_day) filter (where known_by <> 'unknown') as day_count,
        count(*) filter (where known_by = 'killed') as oom_count,
        max(measured_mb) filter (where known_by = 'measured') as largest_peak_mb,
        max(held_mb) filter (where known_by = 'enough') as largest_enough_mb,
        max(held_mb) filter (where known_by = 'killed') as largest_killed_mb,
        min(measured_mb) filter (
            where known_by = 'measured'
            and peak_rank >= {{ threshold('waste_percentile') }} * known_count
        ) as percentile_mb,
        max(limit_count) filter (where limit_mb is not null) as usual_count,
        bool_and(is_exempt) as is_exempt
    from ranked
    group by source, job_name

),

-- What most attempts ask for; of as many, the larger.
usual as (

    select
        ranked.source,
        ranked.job_name,
        max(ranked.limit_mb) as usual_request_mb
    from ranked
    inner join jobs
        on
            ranked.source = jobs.source
            and ranked.job_name = jobs.job_name
            and ranked.limit_count = jobs.usual_count
    where ranked.limit_mb is not null
    group by ranked.source, ranked.job_name

),

floored as (

    select
        jobs.*,
        usual.usual_request_mb,
        case
            when jobs.source = 'flotilla' then {{ threshold('min_memory_mb') }}
            else {{ threshold('waste_min_request_mb') }}
        end as floor_mb
    from jobs
    left join usual on jobs.source = usual.source and jobs.job_name = usual.job_name

)

select
    *,
    'largest_peak' as rule_name,
    cast(ceil(greatest(
        floor_mb,
        (1 + {{ threshold('waste_peak_headroom') }}) * largest_peak_mb,
        largest_enough_mb,
        (1 + {{ threshold('waste_oom_headroom') }}) * largest_killed_mb
    )) as bigint) as request_mb
from floored
union all
select
    *,
    'percentile' as rule_name,
    cast(ceil(greatest(
        floor_mb, (1 + {{ threshold('waste_percentile_headroom') }}) * percentile_mb
    )) as bigint) as request_mb
from floored
