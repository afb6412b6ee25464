with

changes as (

    select * from {{ ref('int_builds__changes') }}
    where delta is not null and {{ parts_to_make('builds', 'build_id') }}

),

medians as (

    select
        build_id,
        metric,
        {{ median_twice('delta') }} as change_median_twice
    from changes
    group by build_id, metric

),

deviations as (

    select
        changes.build_id,
        changes.metric,
        medians.change_median_twice,
        abs(2 * changes.delta - medians.change_median_twice) as deviation_twice
    from changes
    inner join medians
        on
            changes.build_id = medians.build_id
            and changes.metric = medians.metric

),

spreads as (

    select
        build_id,
        metric,
        max(change_median_twice) as change_median_twice,
        {{ median_twice('deviation_twice') }} as mad_four_times,
        {{ wide_integer('sum(' ~ in_ten_thousandths('deviation_twice') ~ ')') }} as deviations,
        count(*) as change_count
    from deviations
    group by build_id, metric

)

-- Four times the MAD, or twice the sum of deviations: 4 x 10^4, or 2 x 10^4, of these units are 1.
select
    build_id,
    metric,
    cast(change_median_twice as decimal(18, 4)) as change_median_twice,
    mad_four_times = 0 as is_mean_based,
    case
        when mad_four_times > 0 then {{ round_wide(
            in_ten_thousandths(threshold('mad_to_sigma'))
            ~ ' * ' ~ wide_integer(in_ten_thousandths('mad_four_times')), '400000000', 8, precision=38
        ) }}
        else {{ round_wide(
            in_ten_thousandths(threshold('mean_deviation_to_sigma')) ~ ' * deviations',
            '200000000 * change_count', 8, precision=38
        ) }}
    end as change_sigma
from spreads
