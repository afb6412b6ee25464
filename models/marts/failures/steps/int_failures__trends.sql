{%- set rising = binomial_tail('failure_count', 'both_failure_count', 'current_share') %}
{%- set falling = binomial_tail(
    'previous_failure_count', 'both_failure_count', '(1 - current_share)'
) %}

with

-- Given how many failed in both windows, those of the later one are binomial; both sides count.
chances as (

    select
        *,
        case
            when dimension <> 'day' and both_failure_count > 0
                then
                    least(
                        1e0,
                        2 * least(
                            {{ rising }},
                            {{ falling }}
                        )
                    )
        end as p_value
    from {{ ref('int_failures__patterns_exposed') }}
    {{ computed_once() }}

),

ranked as (

    select
        *,
        count(p_value) over (partition by dimension) as tested,
        {{ p_rank('p_value', 'dimension') }} as p_rank
    from chances

)

select
    *,
    {{ q_value('p_value', 'tested', 'p_rank', 'dimension') }} as q_value
from ranked
