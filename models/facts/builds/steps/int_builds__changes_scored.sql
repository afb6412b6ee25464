with

changes as (

    select * from {{ ref('int_builds__changes') }}

),

spreads as (

    select * from {{ ref('int_builds__change_spreads') }}

)

-- Twice the deviation in 10^-4 over twice the spread in 10^-8.
select
    changes.build_id,
    changes.sample_index,
    changes.metric,
    changes.sampled_at,
    changes.previous_value,
    changes.current_value,
    changes.delta,
    changes.percent_change,
    spreads.is_mean_based,
    spreads.change_sigma,
    {{ round_wide(
        wide_integer(in_ten_thousandths('abs(2 * changes.delta - spreads.change_median_twice)'))
        ~ ' * 10000',
        wide_integer(in_units('spreads.change_sigma', 8)) ~ ' * 2',
        2
    ) }} as robust_score
from changes
left join spreads
    on
        changes.build_id = spreads.build_id
        and changes.metric = spreads.metric
