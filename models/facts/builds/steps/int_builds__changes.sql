with

samples as (

    select * from {{ ref('builds__samples') }}

),

measured as (

    select
        build_id,
        sample_index,
        sampled_at,
        'cpu' as metric,
        cpu_pct as current_value
    from samples
    union all
    select
        build_id,
        sample_index,
        sampled_at,
        'memory' as metric,
        memory_used_gb as current_value
    from samples
    union all
    select
        build_id,
        sample_index,
        sampled_at,
        'read' as metric,
        read_mb as current_value
    from samples
    union all
    select
        build_id,
        sample_index,
        sampled_at,
        'written' as metric,
        written_mb as current_value
    from samples

),

compared as (

    select
        build_id,
        sample_index,
        metric,
        sampled_at,
        current_value,
        -- A window function forgets the scale of a decimal.
        cast(
            lag(current_value) over (partition by build_id, metric order by sample_index)
            as decimal(18, 4)
        ) as previous_value
    from measured

)

select
    build_id,
    sample_index,
    metric,
    sampled_at,
    current_value,
    previous_value,
    cast(current_value - previous_value as decimal(18, 4)) as delta,
    {{ percent_change('(current_value - previous_value)', 'previous_value') }} as percent_change
from compared
