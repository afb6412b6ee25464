with

failures as (

    select * from {{ ref('failures__failures') }}
    where job_name is not null

),

jobs as (

    select
        project,
        job_name,
        row_number() over (order by project, job_name) as job_number
    from failures
    group by project, job_name

),

moments as (

    select
        jobs.job_number,
        failures.failed_at as moment,
        0 as is_success,
        failures.failure_id,
        cast(null as timestamptz) as succeeded_at
    from failures
    inner join jobs
        on failures.project is not distinct from jobs.project and failures.job_name = jobs.job_name
    union all
    select
        jobs.job_number,
        attempts.started_at as moment,
        1 as is_success,
        null as failure_id,
        attempts.ended_at as succeeded_at
    from {{ ref('int_failures__attempts') }} as attempts
    inner join jobs
        on attempts.project is not distinct from jobs.project and attempts.job_name = jobs.job_name
    where attempts.is_ended and not attempts.is_failure and attempts.ended_at is not null

),

-- A spell lasts until the next attempt begins that succeeds; one that was under way already proves
-- nothing.
spelled as (

    select
        job_number,
        is_success,
        failure_id,
        succeeded_at,
        sum(is_success) over (
            partition by job_number order by moment, is_success
            rows between unbounded preceding and current row
        ) - is_success as spell
    from moments

),

spells as (

    select
        spelled.failure_id,
        spelled.job_number,
        spelled.spell,
        ends.succeeded_at
    from spelled
    left join spelled as ends
        on
            spelled.job_number = ends.job_number
            and spelled.spell = ends.spell
            and ends.is_success = 1
    where spelled.is_success = 0

)

select
    failures.project,
    failures.job_name,
    spells.spell,
    failures.failure_type,
    failures.template_id,
    min(failures.error_template) as error_template,
    min(failures.failed_at) as first_failed_at,
    max(failures.failed_at) as last_failed_at,
    count(*) as failure_count,
    case
        when
            count(case when failures.is_resolved then failures.resolved_at end) = count(*)
            and max(failures.resolved_at) >= max(failures.failed_at)
            then max(failures.resolved_at)
    end as resolved_at,
    sum(failures.lost_gpu_hours) as lost_gpu_hours,
    sum(failures.lost_gb_hours) as lost_gb_hours,
    max(spells.succeeded_at) as succeeded_at
from failures
inner join spells on failures.failure_id = spells.failure_id
group by
    failures.project, failures.job_name, spells.spell, failures.failure_type, failures.template_id
