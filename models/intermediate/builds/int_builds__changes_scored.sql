with

changes as (

    select * from {{ ref('int_builds__changes') }}
    where delta is not null

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
        changes.*,
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
        {{ median_twice('deviation_twice') }} as mad_four_times
    from deviations
    group by build_id, metric

)

-- Twice the deviation over four times the MAD: the factors cancel to 2.
select
    deviations.build_id,
    deviations.sample_index,
    deviations.metric,
    deviations.sampled_at,
    deviations.previous_value,
    deviations.current_value,
    deviations.delta,
    deviations.percent_change,
    {{ round_scaled(
        '2 * ' ~ in_ten_thousandths('deviations.deviation_twice') ~ ' * 1000000',
        in_ten_thousandths(threshold('mad_to_sigma')) ~ ' * ' ~ in_ten_thousandths('spreads.mad_four_times'),
        2
    ) }} as robust_score
from deviations
inner join spreads
    on
        deviations.build_id = spreads.build_id
        and deviations.metric = spreads.metric
