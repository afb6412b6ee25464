with

attempts as (

    select * from {{ ref('int_failures__attempts') }}

),

failures as (

    select
        attempt_id,
        failure_type
    from {{ ref('failures__failures') }}
    where attempt_id is not null

),

-- One definition runs many commands: a retry has the same one.
commands as (

    select
        run_id,
        command_md5
    from {{ ref('flotilla__runs') }}

),

jobs as (

    select
        attempts.attempt_id,
        attempts.project,
        attempts.started_at,
        attempts.ended_at,
        attempts.is_ended,
        attempts.is_failure,
        attempts.image,
        attempts.memory_mb,
        attempts.origin || '|' || coalesce(attempts.project, '') || '|' || attempts.job_name
        || '|' || coalesce(commands.command_md5, '') as job
    from attempts
    left join commands on attempts.attempt_id = 'flotilla:' || commands.run_id
    where attempts.started_at is not null and attempts.job_name is not null

),

-- Ends and starts of a job in their order; of one moment the end comes first.
moments as (

    select
        job,
        started_at as moment,
        1 as is_start,
        attempt_id,
        project,
        is_ended,
        is_failure,
        image,
        memory_mb
    from jobs
    union all
    select
        job,
        -- An attempt that ended as it began still began first.
        greatest(ended_at, started_at + interval '1 microsecond') as moment,
        0 as is_start,
        attempt_id,
        project,
        is_ended,
        is_failure,
        image,
        memory_mb
    from jobs
    where is_ended and ended_at is not null

),

followed as (

    select
        attempt_id,
        project,
        moment as retried_at,
        is_start,
        is_ended,
        is_failure,
        image,
        memory_mb,
        {%- for column in ['attempt_id', 'moment', 'is_start', 'is_failure', 'image', 'memory_mb'] %}
            lag({{ column }}) over (partition by job order by moment, is_start, {{ text_key('attempt_id') }})
                as last_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from moments

)

select
    followed.attempt_id,
    followed.last_attempt_id as failed_attempt_id,
    followed.project,
    failures.failure_type,
    followed.last_moment as failed_at,
    followed.retried_at,
    case
        when followed.memory_mb > followed.last_memory_mb then 'memory raised'
        when followed.memory_mb < followed.last_memory_mb then 'memory lowered'
        when followed.image <> followed.last_image then 'image changed'
        else 'unchanged'
    end as change,
    not followed.is_failure as is_success
from followed
inner join failures on followed.last_attempt_id = failures.attempt_id
where
    followed.is_start = 1
    and followed.is_ended
    and followed.last_is_start = 0
    and followed.last_is_failure
    and (followed.memory_mb is null) = (followed.last_memory_mb is null)
    and followed.retried_at - followed.last_moment
    <= {{ threshold('failure_retry_days') }} * interval '1 day'
