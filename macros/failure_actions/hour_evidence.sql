{% macro hour_evidence(patterns) -%}
    {#- A select: the hours at which failures pile up, as `recommendation_steps` reads them. -#}
    select
        'hour' as kind,
        value as subject,
        {{ to_day('window_from') }} as window_from,
        attempt_count,
        failed_attempt_count as failure_count,
        cast(failure_rate as double precision) as failure_rate,
        failure_rate_low,
        failure_rate_high,
        cast(expected_failure_count as double precision) as expected_failures,
        q_value,
        is_spike as is_flagged
    from {{ patterns }}
    where dimension = 'hour' and is_spike
{%- endmacro %}
