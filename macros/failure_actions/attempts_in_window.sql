{% macro attempts_in_window() -%}
    {#- A select: the attempts of the scope that started in the window of the vars `failures_from`
        (inclusive) and `failures_until` (exclusive). One that ended later was still open then, and
        decides nothing. -#}
    select *
    from {{ ref('int_failures__attempts') }}
    where
        started_at >= timestamptz '{{ var("failures_from") }}'
        and started_at < timestamptz '{{ var("failures_until") }}'
        and (ended_at is null or ended_at < timestamptz '{{ var("failures_until") }}')
        and {{ in_failure_scope('project') }}
{%- endmacro %}
