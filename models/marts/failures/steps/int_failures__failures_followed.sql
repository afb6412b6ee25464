-- Materialized here, not in the folder: made by day, and in each build where something
-- loaded has the name of the job.
{{ config(
    materialized='incremental',
    unique_key='failed_attempt_id',
    incremental_strategy='replace_attempts',
    on_schema_change='fail',
    indexes=row_store_indexes([
        {'columns': ['failed_attempt_id']},
        {'columns': ['submitted_day']},
    ]),
) }}

{%- set job -%}
    concat_ws(
        '|', attempts.source, attempts.job_name, coalesce(attempts.project, ''), attempts.command_md5
    )
{%- endset %}
{%- set parts = parts_to_make(part_column='submitted_day', reached=retries_reached()) %}

with

-- No attempt begins before it was submitted, or ends before it began.
attempts as not materialized (

    select
        attempts.attempt_id,
        attempts.submitted_day,
        attempts.job_name,
        attempts.project,
        attempts.image,
        attempts.requested_mb,
        greatest(attempts.started_at, attempts.submitted_at) as started_at,
        greatest(attempts.started_at, attempts.submitted_at, attempts.ended_at) as ended_at,
        attempts.ended_at is not null as has_end,
        attempts.outcome <> 'open' as is_ended,
        attempts.outcome = 'failed' as is_failure,
        jobs_landed.job_name is not null as is_landed,
        -- One definition runs many commands: a retry has the same one.
        {{ key_number(job) }} as job_number
    from {{ ref('attempts__attempts') }} as attempts
    left join {{ ref('int_failures__jobs_landed') }} as jobs_landed
        on attempts.job_name = jobs_landed.job_name
    where attempts.started_at is not null and attempts.job_name is not null

),

asked as (

    select
        attempt_id,
        job_number,
        case when not is_landed then started_at end as started_at
    from attempts
    where is_failure and has_end and (is_landed or {{ parts }})

),

-- What had ended before the first of them began changes nothing.
attempts_of_jobs as (

    select
        attempt_id,
        submitted_day,
        job_name,
        is_landed,
        project,
        image,
        requested_mb,
        started_at,
        case when has_end then ended_at else timestamptz 'infinity' end as ended_at,
        is_ended,
        is_failure,
        job_number
    from attempts
    where
        (is_landed or not has_end or ended_at >= (select min(asked.started_at) from asked))
        and job_number in (select asked.job_number from asked)

),

followed as (

    select
        *,
        {%- for column in [
            'attempt_id', 'started_at', 'is_ended', 'is_failure', 'image', 'requested_mb'
        ] %}
            lead({{ column }}) over attempts_of_job as next_{{ column }},
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
            next_is_ended
            -- Nothing else of the job was under way.
            and coalesce(all_ended_at <= ended_at, true)
            and next_started_at >= ended_at
            and next_started_at <= ended_at
            + cast({{ threshold('failure_retry_days') }} as integer) * interval '1 day'
            and (next_requested_mb is null) = (requested_mb is null),
            false
        ) as is_retried
    from followed

)

-- What else came next can come, or change, at any time after it: no build would notice.
select
    judged.attempt_id as failed_attempt_id,
    judged.submitted_day,
    judged.is_landed,
    judged.job_name,
    judged.project,
    failures.failure_type,
    judged.ended_at as failed_at,
    case when judged.is_retried then judged.next_attempt_id end as attempt_id,
    case when judged.is_retried then judged.next_started_at end as retried_at,
    case
        when not judged.is_retried then null
        when judged.next_requested_mb > judged.requested_mb then 'memory raised'
        when judged.next_requested_mb < judged.requested_mb then 'memory lowered'
        when judged.next_image <> judged.image then 'image changed'
        else 'unchanged'
    end as change_made,
    case when judged.is_retried then not judged.next_is_failure end as is_success
from judged
inner join asked on judged.attempt_id = asked.attempt_id
inner join {{ ref('failures__failures') }} as failures on judged.attempt_id = failures.attempt_id
