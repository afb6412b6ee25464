{% macro failures_in_window() -%}
    {#- A select: the failures of the scope in the window of the vars `failures_from` (inclusive) and
        `failures_until` (exclusive). -#}
    select *
    from {{ ref('failures__failures') }}
    where
        failed_at >= timestamptz '{{ var("failures_from") }}'
        and failed_at < timestamptz '{{ var("failures_until") }}'
        and {{ in_failure_scope('project') }}
{%- endmacro %}
