{% macro attempts_by_value(attempts, failures) -%}
    {#- A select: ended attempts (with `is_current`) by each value. Every attempt could have failed by any
        type, so all are the attempts of each type. -#}
    {%- for dimension, value in pattern_dimensions('started').items() if dimension != 'type' %}
        select
            '{{ dimension }}' as dimension,
            cast({{ value }} as text) as value,
            count(case when is_current then 1 end) as attempt_count,
            count(case when is_current and is_failure then 1 end) as failed_attempt_count,
            count(case when not is_current then 1 end) as previous_attempt_count
        from {{ attempts }}
        where {{ value }} is not null
        group by {{ value }}
        union all
    {%- endfor %}
    select
        'type' as dimension,
        types.failure_type as value,
        totals.attempt_count,
        types.failed_attempt_count,
        totals.previous_attempt_count
    from (
        select
            failures.failure_type,
            count(case when attempts.is_current then 1 end) as failed_attempt_count
        from {{ failures }} as failures
        left join {{ attempts }} as attempts on failures.attempt_id = attempts.attempt_id
        group by failures.failure_type
    ) as types
    cross join (
        select
            count(case when is_current then 1 end) as attempt_count,
            count(case when not is_current then 1 end) as previous_attempt_count
        from {{ attempts }}
    ) as totals
{%- endmacro %}
