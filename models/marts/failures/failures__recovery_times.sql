with

summed as (

    select
        dimension,
        value,
        cast(count(*) as bigint) as episode_count,
        cast(count(case when is_open then 1 end) as bigint) as open_count,
        cast(sum(failure_count) as bigint) as failure_count,
        cast(sum(case when not is_open then seconds end) as bigint) as recovered_seconds,
        cast(sum(lost_gpu_hours) as decimal(18, 6)) as lost_gpu_hours,
        cast(sum(lost_gb_hours) as decimal(18, 6)) as lost_gb_hours
    from {{ ref('int_failures__episodes_by_value') }}
    group by dimension, value

),

medians as (

    select * from {{ ref('int_failures__recovery_medians') }}

)

select
    summed.dimension,
    summed.value,
    summed.episode_count,
    summed.open_count,
    summed.failure_count,
    medians.median_seconds,
    {{ round_ratio('summed.recovered_seconds', '(summed.episode_count - summed.open_count)', 1) }}
        as mean_recovered_seconds,
    summed.lost_gpu_hours,
    summed.lost_gb_hours
from summed
left join medians on summed.dimension = medians.dimension and summed.value = medians.value
