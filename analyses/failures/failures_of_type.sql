-- How often the type of the var `failure_type` failed in the window and in the one before.
with

failures as (

    select
        *,
        failed_at >= timestamptz '{{ var("failures_from") }}' as is_current
    from ({{ failures_known() }}) as known
    where
        lower(failure_type) = lower('{{ var("failure_type") }}')
        and failed_at >= timestamptz '{{ var("failures_from") }}' - (
            timestamptz '{{ var("failures_until") }}' - timestamptz '{{ var("failures_from") }}'
        )

)

select
    cast(count(case when is_current then 1 end) as bigint) as failure_count,
    cast(count(distinct case when is_current then {{ failure_job() }} end) as bigint) as job_count,
    cast(count(case when not is_current then 1 end) as bigint) as previous_failure_count,
    count(case when is_current then 1 end)
    >= cast('{{ var("failure_pattern_threshold") }}' as integer) as is_pattern
from failures
