{% macro failure_spikes(cells) -%}
    {#- A select: the times of a dimension (hours, say) at which more failed than at the other times, and more
        than the attempts that began then explain. `cells` has dimension, value, failure_count,
        day_count, attempt_count, failed_attempt_count, is_known. Given how many failed in all, those
        of one time are binomial. What is found is no longer among the others in the next pass:
        three bad hours would hide each other. -#}
    with

    limits as (

        select
            cast({{ threshold('failure_pattern_threshold') }} as integer) as pattern_threshold,
            {{ threshold('failure_chance') }} as chance,
            {{ threshold('failure_min_expected') }} as min_expected

    ),

    pass_0 as (

        select
            cells.*,
            false as is_found,
            case when is_known then failed_attempt_count else failure_count end as observed,
            case when is_known then attempt_count else day_count end as exposure
        from {{ cells }} as cells

    ),

    {% for pass in [1, 2] -%}
        others_{{ pass }} as ({{ failures_elsewhere('pass_' ~ (pass - 1), 'failure_count', 'day_count') }}),

        chances_{{ pass }} as (

            select
                *,
                {{ chance_of_count('failure_count') }} as p_value
            from others_{{ pass }}

        ),

        tested_{{ pass }} as ({{ benjamini_hochberg('chances_' ~ pass, ['dimension']) }}),

        pass_{{ pass }} as (

            select
                tested.dimension,
                tested.value,
                tested.is_known,
                tested.failure_count,
                tested.day_count,
                tested.attempt_count,
                tested.failed_attempt_count,
                tested.observed,
                tested.exposure,
                {%- if pass == 2 %}
                    tested.p_value,
                    tested.q_value,
                {%- endif %}
                coalesce(
                    tested.q_value <= limits.chance and tested.failure_count >= limits.pattern_threshold,
                    false
                ) as is_found
            from tested_{{ pass }} as tested
            cross join limits

        ),

    {% endfor %}
    others as ({{ failures_elsewhere('pass_2', 'observed', 'exposure') }}),

    started as (

        select
            *,
            case when is_known then {{ chance_of_count('observed') }} end as start_p_value
        from others

    ),

    summed as (

        select
            *,
            cast(sum(failure_count) over dimensions as bigint) as all_failures,
            cast(sum(day_count) over dimensions as bigint) as all_days,
            cast(sum(observed) over dimensions as bigint) as all_observed,
            cast(sum(exposure) over dimensions as bigint) as all_exposure,
            count(case when exposure > 0 then 1 end) over dimensions as cell_count
        from started
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
            squared.*,
            limits.chance,
            case
                when cell_count > 1 and all_observed >= limits.min_expected * cell_count
                    then {{ exact_sum('square', 'over (partition by dimension)') }}
            end as chi_square
        from squared
        cross join limits

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
        is_found and coalesce(start_p_value <= chance, not is_known) as is_spike,
        chi_square,
        case when chi_square is not null then cast(cell_count - 1 as integer) end as chi_square_degrees,
        case
            when chi_square is not null then {{ chi_square_tail('chi_square', '(cell_count - 1)') }}
        end as chi_square_p_value
    from uneven
{%- endmacro %}
