with

counted as (

    select
        failure_type,
        change_made,
        cast(count(*) as bigint) as retry_count,
        cast(sum(case when is_success then 1 else 0 end) as bigint) as success_count
    from {{ ref('int_failures__retries') }}
    where
        retried_at < (select scope.known_until from {{ ref('int_failures__scope') }} as scope)
        and {{ in_failure_scope('project') }}
    group by failure_type, change_made

)

select
    failure_type,
    change_made,
    retry_count,
    success_count,
    cast(success_count as double precision) / retry_count as rate,
    {{ wilson_bound('success_count', 'retry_count', 'low') }} as rate_low,
    {{ wilson_bound('success_count', 'retry_count', 'high') }} as rate_high
from counted
