with

failures as (

    select * from {{ ref('failures__failures') }}
    where job_name is not null

),

-- Numbers instead of texts: what follows compares and sorts millions of them.
jobs as (

    select
        project,
        job_name,
        row_number() over (order by project, job_name) as job_number
    from failures
    group by project, job_name

),

kinds as (

    select
        failure_type,
        template_id,
        min(error_template) as error_template,
        row_number() over (order by failure_type, template_id) as kind_number
    from failures
    group by failure_type, template_id

),

failures_of_jobs as (

    select
        jobs.job_number as lookup_key,
        failures.failed_at as lookup_from,
        kinds.kind_number,
        case when failures.is_resolved then failures.resolved_at end as resolved_at,
        failures.lost_gpu_hours,
        failures.lost_gb_hours
    from failures
    inner join jobs
        on
            coalesce(failures.project, '') = coalesce(jobs.project, '')
            and failures.job_name = jobs.job_name
    inner join kinds
        on
            coalesce(failures.failure_type, '') = coalesce(kinds.failure_type, '')
            and coalesce(failures.template_id, '') = coalesce(kinds.template_id, '')

),

successes as (

    select
        jobs.job_number as lookup_key,
        attempts.started_at as moment,
        attempts.ended_at
    from {{ ref('attempts__attempts') }} as attempts
    inner join jobs
        on
            coalesce(attempts.project, '') = coalesce(jobs.project, '')
            and attempts.job_name = jobs.job_name
    where attempts.outcome = 'succeeded' and attempts.ended_at is not null

),

-- An episode lasts until the next attempt begins that succeeds; one that was under way already
-- proves nothing.
followed as (

    {{ next_moments('failures_of_jobs', 'successes') }}

),

episodes as (

    select
        lookup_key,
        next_at,
        kind_number,
        min(lookup_from) as first_failed_at,
        max(lookup_from) as last_failed_at,
        count(*) as failure_count,
        case
            when count(resolved_at) = count(*) and max(resolved_at) >= max(lookup_from)
                then max(resolved_at)
        end as resolved_at,
        sum(lost_gpu_hours) as lost_gpu_hours,
        sum(lost_gb_hours) as lost_gb_hours
    from followed
    group by lookup_key, next_at, kind_number

),

asked as (

    select distinct
        lookup_key,
        next_at
    from episodes

),

ends as (

    select
        successes.lookup_key,
        successes.moment,
        min(successes.ended_at) as ended_at
    from successes
    inner join asked
        on successes.lookup_key = asked.lookup_key and successes.moment = asked.next_at
    group by successes.lookup_key, successes.moment

)

select
    jobs.project,
    jobs.job_name,
    kinds.failure_type,
    kinds.template_id,
    kinds.error_template,
    episodes.first_failed_at,
    episodes.last_failed_at,
    episodes.failure_count,
    episodes.resolved_at,
    episodes.lost_gpu_hours,
    episodes.lost_gb_hours,
    ends.ended_at as succeeded_at
from episodes
inner join jobs on episodes.lookup_key = jobs.job_number
inner join kinds on episodes.kind_number = kinds.kind_number
left join ends on episodes.lookup_key = ends.lookup_key and episodes.next_at = ends.moment
