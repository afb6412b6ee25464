{% macro failures_known(from_start=false) -%}
    {#- A select: the failures of an analysis's projects before the var `failures_until`; with `from_start`,
        since the var `failures_from`. -#}
    select *
    from {{ ref('failures__failures') }}
    where
        failed_at < timestamptz '{{ var("failures_until") }}'
        {%- if from_start %}
            and failed_at >= timestamptz '{{ var("failures_from") }}'
        {%- endif %}
        and {{ in_failure_scope('project') }}
{%- endmacro %}
