with

-- What is found is no longer among the others: three bad hours would hide each other.
compared as (

    select
        *,
        {{ elsewhere('observed') }} as compared_count,
        cast(exposure as double precision) / nullif({{ elsewhere('exposure') }}, 0) as share
    from {{ ref('int_failures__spikes_found') }}
    {{ computed_once() }}

),

summed as (

    select
        *,
        case when is_known then {{ chance_of_count('observed') }} end as start_p_value,
        cast(sum(failure_count) over dimensions as bigint) as all_failures,
        cast(sum(day_count) over dimensions as bigint) as all_days,
        cast(sum(observed) over dimensions as bigint) as all_observed,
        cast(sum(exposure) over dimensions as bigint) as all_exposure,
        count(case when exposure > 0 then 1 end) over dimensions as cell_count
    from compared
    window dimensions as (partition by dimension)

),

squared as (

    select
        *,
        power(cast(observed * all_exposure - all_observed * exposure as double precision), 2)
        / nullif(
            cast(exposure as double precision) * all_observed
            * case when is_known then all_exposure - all_observed else all_exposure end, 0
        ) as square
    from summed

),

uneven as (

    select
        *,
        case
            when
                cell_count > 1
                and all_observed >= {{ threshold('failure_min_expected') }} * cell_count
                then {{ exact_sum('square', 'over (partition by dimension)') }}
        end as chi_square
    from squared

)

select
    dimension,
    value,
    {{ round_ratio('all_failures * day_count', 'all_days', 2) }} as expected_failure_count,
    p_value,
    q_value,
    case when is_known then {{ round_ratio('all_observed * exposure', 'all_exposure', 2) }} end
        as expected_by_attempts,
    start_p_value,
    is_found
    and coalesce(start_p_value <= {{ threshold('failure_chance') }}, not is_known) as is_spike,
    chi_square,
    case when chi_square is not null then cast(cell_count - 1 as integer) end as chi_square_degrees,
    case
        when chi_square is not null then {{ chi_square_tail('chi_square', '(cell_count - 1)') }}
    end as chi_square_p_value
from uneven
