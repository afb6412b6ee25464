with

limits as (

    select
        cast({{ threshold('failure_q_limit') }} as double precision) as q_limit,
        cast({{ threshold('failure_min_jobs') }} as integer) as min_jobs,
        cast({{ threshold('failure_min_users') }} as integer) as min_users

),

-- One that can never be flagged is not tested: it would only raise the bar for the others.
measured as (

    select
        counted.*,
        expectations.expected,
        1 + expectations.variance / expectations.expected as dispersion,
        expectations.expected / (1 + expectations.variance / expectations.expected) as scaled,
        expectations.compared_hour,
        expectations.compared_group,
        expectations.compared_project,
        expectations.compared_all,
        limits.q_limit,
        limits.min_jobs,
        counted.job_count >= limits.min_jobs
        and (counted.user_count = 0 or counted.user_count >= limits.min_users) as is_tested,
        counted.failed_job_count >= limits.min_jobs
        and (counted.failed_user_count = 0 or counted.failed_user_count >= limits.min_users)
            as has_enough_evidence
    from {{ ref('int_failures__subjects_counted') }} as counted
    inner join {{ ref('int_failures__subjects_expected') }} as expectations
        on counted.subject_key = expectations.subject_key
    cross join limits
    {{ computed_once() }}

),

tailed as (

    select
        *,
        case when is_tested then {{ poisson_tail('(f / dispersion)', 'scaled') }} end as p_value
    from measured
    {{ computed_once() }}

),

ranked as (

    select
        *,
        count(p_value) over (partition by subject_kind) as tested,
        {{ p_rank('p_value', 'subject_kind') }} as p_rank
    from tailed

)

select
    *,
    {{ q_value('p_value', 'tested', 'p_rank', 'subject_kind') }} as q_value,
    q_limit / nullif(tested, 0) as p_limit
from ranked
