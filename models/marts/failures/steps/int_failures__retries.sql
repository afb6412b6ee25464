with

attempts as (

    select
        attempt_id,
        project,
        image,
        started_at,
        ended_at,
        outcome <> 'open' as is_ended,
        outcome = 'failed' as is_failure,
        requested_mb as memory_mb,
        source || '|' || coalesce(project, '') || '|' || job_name
        || '|' || coalesce(command_md5, '') as job
    from {{ ref('attempts__attempts') }}
    where started_at is not null and job_name is not null

),

failures as (

    select
        attempt_id,
        failure_type
    from {{ ref('failures__failures') }}
    where attempt_id is not null

),

-- One definition runs many commands: a retry has the same one. Numbers are sorted faster.
jobs as (

    select
        job,
        min(project) as project,
        row_number() over (order by job) as job_number
    from attempts
    where is_failure
    group by job

),

-- Without an end none is over.
attempts_of_jobs as (

    select
        jobs.job_number,
        attempts.attempt_id,
        attempts.started_at,
        coalesce(attempts.ended_at, timestamptz 'infinity') as ended_at,
        attempts.is_ended,
        attempts.is_failure,
        attempts.image,
        attempts.memory_mb
    from attempts
    inner join jobs on attempts.job = jobs.job

),

followed as (

    select
        *,
        {%- for column in ['attempt_id', 'ended_at', 'is_failure', 'image', 'memory_mb'] %}
            lag({{ column }}) over attempts_of_job as last_{{ column }},
        {%- endfor %}
        max(ended_at) over (
            attempts_of_job rows between unbounded preceding and 1 preceding
        ) as all_ended_at
    from attempts_of_jobs
    window attempts_of_job as (
        partition by job_number order by started_at, {{ text_key('attempt_id') }}
    )

),

judged as (

    select
        *,
        -- One condition: of several PostgreSQL expects a single row, and joins it in a loop.
        coalesce(
            is_ended
            and last_is_failure
            -- It was the last to end, and nothing else of the job was running.
            and last_ended_at = all_ended_at
            and started_at >= last_ended_at
            and started_at <= last_ended_at
            + cast({{ threshold('failure_retry_days') }} as integer) * interval '1 day'
            and (memory_mb is null) = (last_memory_mb is null),
            false
        ) as is_retry
    from followed

)

select
    judged.attempt_id,
    judged.last_attempt_id as failed_attempt_id,
    jobs.project,
    failures.failure_type,
    judged.last_ended_at as failed_at,
    judged.started_at as retried_at,
    case
        when judged.memory_mb > judged.last_memory_mb then 'memory raised'
        when judged.memory_mb < judged.last_memory_mb then 'memory lowered'
        when judged.image <> judged.last_image then 'image changed'
        else 'unchanged'
    end as change_made,
    not judged.is_failure as is_success
from judged
inner join failures on judged.last_attempt_id = failures.attempt_id
inner join jobs on judged.job_number = jobs.job_number
where judged.is_retry
