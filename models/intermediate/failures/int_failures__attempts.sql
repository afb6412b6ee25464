with

observed as (

    select
        *,
        {{ local_time('started_at') }} as started_local
    from {{ ref('int_failures__attempts_observed') }}

),

-- What a history says has failed, where the attempt's own record does not.
recorded as (

    select distinct attempt_id
    from {{ ref('int_failures__events_matched') }}
    where not has_attempt_failed

)

select
    observed.attempt_id,
    observed.origin,
    observed.project,
    observed.job_name,
    observed.command_md5,
    observed.user_name,
    observed.node_name,
    observed.image,
    observed.started_at,
    observed.ended_at,
    cast(extract(hour from observed.started_local) as integer) as started_hour,
    cast(extract(isodow from observed.started_local) as integer) as started_weekday,
    cast(observed.started_local as date) as started_day,
    observed.is_ended or recorded.attempt_id is not null as is_ended,
    observed.has_failed or recorded.attempt_id is not null as is_failure,
    observed.memory_mb
from observed
left join recorded on observed.attempt_id = recorded.attempt_id
