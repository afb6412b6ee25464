with

failures as (

    select * from {{ ref('int_waste__failures_sorted') }}

),

jobs as (

    select * from {{ ref('int_waste__jobs_tried') }}

),

explained as (

    select
        failures.*,
        jobs.largest_enough_mb,
        case
            when failures.kind <> 'memory' then failures.kind
            when jobs.is_leaking then 'leak'
            else 'memory'
        end as cause
    from failures
    left join jobs
        on failures.source = jobs.source and failures.job_name = jobs.job_name

),

-- The failed attempt that each attempt tries again; one command of a job follows itself.
retries as (

    select
        attempt_id,
        failed_attempt_id,
        change_made,
        is_success
    from {{ ref('int_failures__failures_followed') }}
    where attempt_id is not null

),

-- Jobs that the same failure did not stop a second time: it passes by itself.
passing as (

    select distinct
        explained.source,
        explained.job_name,
        explained.failure_type
    from retries
    inner join explained on retries.failed_attempt_id = explained.attempt_id
    where retries.is_success and retries.change_made = 'unchanged'

),

-- The failed attempt that another one tried again, seen from that one.
tried_again as (

    select
        retries.attempt_id,
        retries.change_made,
        explained.attempt_id as retried_attempt_id,
        explained.cause,
        explained.failure_type,
        explained.failure_class,
        explained.template_id,
        passing.job_name is not null as is_passing
    from retries
    inner join explained on retries.failed_attempt_id = explained.attempt_id
    left join passing
        on
            explained.source = passing.source
            and explained.job_name = passing.job_name
            and explained.failure_type = passing.failure_type

)

select
    explained.attempt_id,
    explained.source,
    explained.job_name,
    explained.submitted_day,
    explained.failure_type,
    explained.cause,
    case
        when explained.cause <> 'memory' then 'no'
        when explained.largest_enough_mb > explained.limit_mb then 'yes'
        when retries.is_success and retries.change_made = 'memory raised' then 'yes'
        else 'unknown'
    end as more_memory_helps,
    explained.limit_mb,
    explained.measured_mb,
    case when explained.cause = 'memory' then explained.limit_mb end as needs_more_than_mb,
    explained.memory_gb_hours,
    tried_again.retried_attempt_id,
    tried_again.change_made,
    coalesce(
        tried_again.cause = 'leak'
        or (
            tried_again.cause = 'memory'
            and explained.cause = 'memory'
            and tried_again.change_made <> 'memory raised'
        )
        or (
            tried_again.failure_class = 'user'
            and not tried_again.is_passing
            and tried_again.failure_type = explained.failure_type
            and tried_again.template_id is not distinct from explained.template_id
            and tried_again.change_made <> 'image changed'
        ),
        false
    ) as is_doomed_retry
from explained
left join retries on explained.attempt_id = retries.failed_attempt_id
left join tried_again on explained.attempt_id = tried_again.attempt_id
