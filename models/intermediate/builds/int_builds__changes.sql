with

samples as (

    select * from {{ ref('stg_builds__samples') }}

),

measured as (

    select
        build_id,
        sample_index,
        sampled_at,
        'cpu' as metric,
        cpu_pct as value
    from samples
    union all
    select
        build_id,
        sample_index,
        sampled_at,
        'memory' as metric,
        memory_used_gb as value
    from samples

),

compared as (

    select
        build_id,
        sample_index,
        metric,
        sampled_at,
        value,
        -- A window function forgets the scale of a decimal.
        cast(
            lag(value) over (partition by build_id, metric order by sample_index) as decimal(18, 4)
        ) as previous_value
    from measured

)

select
    build_id,
    sample_index,
    metric,
    sampled_at,
    value,
    previous_value,
    cast(value - previous_value as decimal(18, 4)) as change,
    {{ percent_change('(value - previous_value)', 'previous_value') }} as percent_change
from compared
