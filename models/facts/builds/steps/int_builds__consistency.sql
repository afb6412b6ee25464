-- Denominators in whole units: n (n - 1), and (n - 1) times the square of the sum.
{% set pairs = 'positive_count * (positive_count - 1)' %}
{% set mean_squares = '(positive_count - 1) * total * total' %}

with

known as (

    select
        build_id,
        metric,
        {{ in_ten_thousandths('current_value') }} as units,
        row_number() over (partition by build_id, metric order by sample_index) as place,
        count(*) over (partition by build_id, metric) as value_count
    from {{ ref('int_builds__changes') }}
    where current_value is not null and metric in ('cpu', 'memory')

),

-- The time axis is centred and doubled, so that it is whole and sums to zero.
sums as (

    select
        build_id,
        metric,
        {{ wide_integer('count(*)') }} as value_count,
        {{ wide_integer('sum(units)') }} as total,
        {{ wide_integer('sum(units * units)') }} as squares,
        {{ wide_integer('sum((2 * place - value_count - 1) * units)') }} as trend,
        {{ wide_integer('count(*) filter (where units > 0)') }} as positive_count
    from known
    group by build_id, metric

),

spreads as (

    select
        *,
        positive_count * squares - total * total as spread,
        cast(value_count * squares - total * total as double precision)
        / cast(value_count as double precision)
        - cast(trend as double precision) * cast(trend as double precision)
        / nullif(
            cast(value_count * (value_count * value_count - 1) as double precision) / 3, 0
        ) as residual
    from sums

),

scored as (

    select
        build_id,
        metric,
        positive_count >= 2 as is_scored,
        {{ round_wide('spread', pairs ~ ' * 100000000', 1) }} as variance,
        {{ round_root('spread', pairs ~ ' * 100000000', 1) }} as std_dev,
        {{ round_root('spread * positive_count', mean_squares, 2) }} as cv,
        {{ round_root('spread * positive_count', mean_squares, 2, half='down') }} as cv_half_down,
        case
            when value_count >= 3
                then
                    sqrt(
                        greatest(residual, 0)
                        / nullif(cast(value_count as double precision) - 2, 0)
                    )
                    * cast(value_count as double precision)
                    / nullif(cast(total as double precision), 0)
        end as detrended_cv
    from spreads

)

-- The detrended score is a double; nine digits settle what stands on an exact half.
select
    build_id,
    metric,
    cast(
        case when is_scored then greatest(1 - cv_half_down, 0) else 0 end as decimal(18, 2)
    ) as score,
    cast(case when is_scored then variance else 0 end as decimal(18, 1)) as variance,
    cast(case when is_scored then std_dev else 0 end as decimal(18, 1)) as std_dev,
    cast(case when is_scored then cv else 0 end as decimal(18, 2)) as cv,
    cast(case when detrended_cv is not null then {{ round_scaled(
        'cast(cast(greatest(1 - detrended_cv, 0) as decimal(28, 9)) * 1000000000 as bigint)',
        '10000000', 2
    ) }} end as decimal(18, 2)) as detrended_score
from scored
