{% macro attempts_known(from_start=false) -%}
    {#- A select: the attempts of an analysis's projects that started before the var `failures_until`; with
        `from_start`, since the var `failures_from`. One that ended later was still open then, and
        decides nothing. -#}
    select *
    from {{ ref('int_failures__attempts') }}
    where
        started_at < timestamptz '{{ var("failures_until") }}'
        and (ended_at is null or ended_at < timestamptz '{{ var("failures_until") }}')
        {%- if from_start %}
            and started_at >= timestamptz '{{ var("failures_from") }}'
        {%- endif %}
        and {{ in_failure_scope('project') }}
{%- endmacro %}
