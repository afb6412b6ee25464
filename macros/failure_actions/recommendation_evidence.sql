{% macro recommendation_evidence(kind, subject, blamed) -%}
    {#- A select: what the test of nodes or images said, as `recommendation_steps` reads it. -#}
    select
        '{{ kind }}' as kind,
        {{ subject }} as subject,
        window_from,
        attempt_count,
        failed_attempt_count as failure_count,
        failure_rate,
        failure_rate_low,
        failure_rate_high,
        expected_failures,
        q_value,
        is_flagged
    from {{ blamed }}
{%- endmacro %}
