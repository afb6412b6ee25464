{% macro failure_spikes(cells) -%}
    {#- A select: the times of a dimension (hours, say) at which more failed than the other times lead one to
        expect. `cells` has dimension, value, observed, exposure, is_known. Given how many failed
        in all, those of one time are binomial. What the first pass finds is no longer among the
        others in the second: three bad hours would hide each other. -#}
    with

    limits as (

        select
            cast({{ threshold('failure_pattern_threshold') }} as integer) as pattern_threshold,
            {{ threshold('failure_chance') }} as chance,
            {{ threshold('failure_min_expected') }} as min_expected

    ),

    summed as (

        select
            *,
            cast(sum(observed) over dimensions as bigint) as all_observed,
            cast(sum(exposure) over dimensions as bigint) as all_exposure,
            count(case when exposure > 0 then 1 end) over dimensions as cell_count
        from {{ cells }} as cells
        window dimensions as (partition by dimension)

    ),

    shared as (

        select
            *,
            cast(exposure as double precision) / nullif(all_exposure, 0) as share,
            power(cast(observed * all_exposure - all_observed * exposure as double precision), 2)
            / nullif(
                cast(exposure as double precision) * all_observed
                * case when is_known then all_exposure - all_observed else all_exposure end, 0
            ) as square
        from summed

    ),

    first_chances as (

        select
            *,
            case
                when exposure > 0 and exposure < all_exposure and all_observed > 0
                    then {{ binomial_tail('observed', 'all_observed', 'share') }}
            end as p_value
        from shared

    ),

    first_tested as ({{ benjamini_hochberg('first_chances', ['dimension']) }}),

    first_found as (

        select
            first_tested.dimension,
            first_tested.value,
            coalesce(
                first_tested.q_value <= limits.chance
                and first_tested.observed >= limits.pattern_threshold, false
            ) as is_found
        from first_tested
        cross join limits

    ),

    others as (

        select
            shared.*,
            shared.all_observed - cast(coalesce(sum(
                case when first_found.is_found then shared.observed end
            ) over dimensions, 0) as bigint)
            + case when first_found.is_found then shared.observed else 0 end as other_observed,
            shared.all_exposure - cast(coalesce(sum(
                case when first_found.is_found then shared.exposure end
            ) over dimensions, 0) as bigint)
            + case when first_found.is_found then shared.exposure else 0 end as other_exposure
        from shared
        inner join first_found
            on shared.dimension = first_found.dimension and shared.value = first_found.value
        window dimensions as (partition by shared.dimension)

    ),

    other_shares as (

        select
            *,
            cast(exposure as double precision) / nullif(other_exposure, 0) as other_share
        from others

    ),

    chances as (

        select
            *,
            case
                when exposure > 0 and exposure < other_exposure and other_observed > 0
                    then {{ binomial_tail('observed', 'other_observed', 'other_share') }}
            end as p_value
        from other_shares

    ),

    tested_times as ({{ benjamini_hochberg('chances', ['dimension']) }}),

    uneven as (

        select
            tested_times.*,
            limits.pattern_threshold,
            limits.chance,
            case
                when cell_count > 1 and all_observed >= limits.min_expected * cell_count
                    then sum(square) over (partition by dimension)
            end as chi_square
        from tested_times
        cross join limits

    )

    select
        dimension,
        value,
        {{ round_ratio('all_observed * exposure', 'all_exposure', 2) }} as expected_failure_count,
        p_value,
        q_value,
        coalesce(q_value <= chance and observed >= pattern_threshold, false) as is_spike,
        chi_square,
        case when chi_square is not null then cast(cell_count - 1 as integer) end as chi_square_degrees,
        case
            when chi_square is not null then {{ chi_square_tail('chi_square', '(cell_count - 1)') }}
        end as chi_square_p_value
    from uneven
{%- endmacro %}
