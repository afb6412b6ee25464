-- Two passes: the first finds times with more failures than the others, the second leaves out of
-- the others what the first one found.
with

found_0 as (

    select
        *,
        false as is_found
    from {{ ref('int_failures__patterns_exposed') }}
    where is_time

),

{% for pass in [1, 2] %}
    compared_{{ pass }} as (

        select
            dimension,
            value,
            is_known,
            failure_count,
            day_count,
            observed,
            exposure,
            is_found,
            {{ elsewhere('failure_count') }} as compared_count,
            cast(day_count as double precision) / nullif({{ elsewhere('day_count') }}, 0) as share
        from found_{{ pass - 1 }}
        {{ computed_once() }}

    ),

    chances_{{ pass }} as (

        select
            *,
            {{ chance_of_count('failure_count') }} as p_value
        from compared_{{ pass }}
        {{ computed_once() }}

    ),

    ranked_{{ pass }} as (

        select
            *,
            count(p_value) over (partition by dimension) as tested,
            {{ p_rank('p_value', 'dimension') }} as p_rank
        from chances_{{ pass }}

    ),

    judged_{{ pass }} as (

        select
            *,
            {{ q_value('p_value', 'tested', 'p_rank', 'dimension') }} as q_value
        from ranked_{{ pass }}

    ),

    found_{{ pass }} as (

        select
            dimension,
            value,
            is_known,
            failure_count,
            day_count,
            observed,
            exposure,
            p_value,
            q_value,
            coalesce(
                q_value <= {{ threshold('failure_chance') }}
                and failure_count >= {{ threshold('failure_pattern_threshold') }},
                false
            ) as is_found
        from judged_{{ pass }}

    ){{ ',' if not loop.last }}
{% endfor %}

select * from found_2
