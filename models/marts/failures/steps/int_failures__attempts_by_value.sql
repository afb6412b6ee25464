with

scope as (

    select * from {{ ref('int_failures__scope') }}

),

attempts as (

    select
        *,
        started_at >= (select scope.window_from from scope) as is_current
    from {{ ref('int_failures__attempts_in_scope') }}
    where
        started_at >= (select scope.previous_from from scope)
        and started_at < (select scope.window_until from scope)
        and is_ended

),

-- Each attempt could have failed by any type, so all of them are the attempts of each type.
totals as (

    select
        count(case when is_current then 1 end) as attempt_count,
        count(case when not is_current then 1 end) as previous_attempt_count
    from attempts

),

types as (

    select
        failures.value as failure_type,
        count(case when attempts.is_current then 1 end) as failed_attempt_count
    from {{ ref('int_failures__failure_values') }} as failures
    left join attempts on failures.attempt_id = attempts.attempt_id
    where failures.dimension = 'type'
    group by failures.value

)

{% for dimension, value in pattern_dimensions('started').items() if dimension != 'type' -%}
    select
        '{{ dimension }}' as dimension,
        cast({{ value }} as text) as value,
        count(case when is_current then 1 end) as attempt_count,
        count(case when is_current and is_failure then 1 end) as failed_attempt_count,
        count(case when not is_current then 1 end) as previous_attempt_count
    from attempts
    where {{ value }} is not null
    group by {{ value }}
    union all
{% endfor -%}
select
    'type' as dimension,
    types.failure_type as value,
    totals.attempt_count,
    types.failed_attempt_count,
    totals.previous_attempt_count
from types
cross join totals
