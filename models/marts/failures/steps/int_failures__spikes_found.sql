with

times as (

    select * from {{ ref('int_failures__spikes_first') }}

),

compared as (

    select
        *,
        {{ elsewhere('failure_count') }} as compared_count,
        cast(day_count as double precision) / nullif({{ elsewhere('day_count') }}, 0) as share
    from times
    {{ computed_once() }}

),

chances as (

    select
        *,
        {{ chance_of_count('failure_count') }} as p_value
    from compared
    {{ computed_once() }}

),

ranked as (

    select
        *,
        count(p_value) over (partition by dimension) as tested,
        {{ p_rank('p_value', 'dimension') }} as p_rank
    from chances

),

judged as (

    select
        *,
        {{ q_value('p_value', 'tested', 'p_rank', 'dimension') }} as q_value
    from ranked

)

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
from judged
