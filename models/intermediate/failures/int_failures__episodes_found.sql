with

failures as (

    select
        project,
        job_name,
        failure_type,
        template_id,
        error_template,
        failed_at,
        is_resolved,
        resolved_at,
        lost_gpu_hours,
        lost_gb_hours
    from {{ ref('failures__failures') }}
    where job_name is not null

),

successes as (

    select
        project,
        job_name,
        started_at,
        ended_at
    from {{ ref('int_failures__attempts') }}
    where
        is_ended
        and not is_failure
        and ended_at is not null
        and job_name in (select failures.job_name from failures)

),

moments as (

    select
        project,
        job_name,
        failed_at as moment,
        cast(null as timestamptz) as succeeded_at,
        0 as is_success,
        failure_type,
        template_id,
        error_template,
        is_resolved,
        resolved_at,
        lost_gpu_hours,
        lost_gb_hours
    from failures
    union all
    select
        project,
        job_name,
        started_at as moment,
        ended_at as succeeded_at,
        1 as is_success,
        null as failure_type,
        null as template_id,
        null as error_template,
        null as is_resolved,
        null as resolved_at,
        null as lost_gpu_hours,
        null as lost_gb_hours
    from successes

),

-- A spell lasts until the next attempt begins that succeeds; one that was under way already proves
-- nothing.
spelled as (

    select
        *,
        sum(is_success) over (
            partition by project, job_name order by moment, is_success
            rows between unbounded preceding and current row
        ) - is_success as spell
    from moments

),

ends as (

    select
        project,
        job_name,
        spell,
        succeeded_at
    from spelled
    where is_success = 1

),

episodes as (

    select
        project,
        job_name,
        spell,
        failure_type,
        template_id,
        min(error_template) as error_template,
        min(moment) as first_failed_at,
        max(moment) as last_failed_at,
        count(*) as failure_count,
        case
            when
                count(case when is_resolved then resolved_at end) = count(*)
                and max(resolved_at) >= max(moment)
                then max(resolved_at)
        end as resolved_at,
        sum(lost_gpu_hours) as lost_gpu_hours,
        sum(lost_gb_hours) as lost_gb_hours
    from spelled
    where is_success = 0
    group by project, job_name, spell, failure_type, template_id

)

select
    episodes.*,
    ends.succeeded_at
from episodes
left join ends
    on
        episodes.project is not distinct from ends.project
        and episodes.job_name = ends.job_name
        and episodes.spell = ends.spell
