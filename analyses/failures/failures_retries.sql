-- What retries of the type of the var `failure_type` show, in the projects of the scope, over all
-- of history until the end of the window.
with

retries as (

    select * from {{ ref('int_failures__retries') }}
    where
        lower(failure_type) = lower('{{ var("failure_type") }}')
        and retried_at < timestamptz '{{ var("failures_until") }}'
        and {{ in_failure_scope('project') }}

),

compared as (

    {{ retries_compared('retries') }}

)

select
    change_made,
    retry_count,
    success_count,
    success_rate,
    success_rate_low,
    success_rate_high,
    unchanged_retry_count,
    unchanged_success_rate,
    uplift,
    uplift_low,
    uplift_high
from compared
order by change_made
