{% macro blame_of(dimension, other, window_from, window_until, condition='true', attempts=none, failures=none) -%}
    {#- A select with a row for each node, image or whatever column of an attempt `dimension` names: do
        attempts fail there more often than the same projects' attempts with the same `other` at the
        same hour elsewhere? One calculation for both marts, for other windows, and for the projects
        that somebody may see. NULL is no subject. Failures without an attempt are counted apart. -#}
    {%- set attempts = attempts or ref('int_failures__attempts') -%}
    {%- set failures = failures or ref('failures__failures') -%}
    with

    limits as (

        select
            {{ window_from }} as window_from,
            {{ window_until }} as window_until,
            cast({{ threshold('failure_ratio_prior') }} as double precision) as ratio_prior,
            cast({{ threshold('failure_q_limit') }} as double precision) as q_limit,
            cast({{ threshold('failure_power_ratio') }} as double precision) as power_ratio,
            cast({{ threshold('failure_min_jobs') }} as integer) as min_jobs,
            cast({{ threshold('failure_min_users') }} as integer) as min_users

    ),

    ended_attempts as (

        select
            {{ dimension }} as subject,
            coalesce(project, '') as project,
            coalesce({{ other }}, '') as other,
            started_hour,
            job_name,
            user_name,
            is_failure,
            ended_at
        from {{ attempts }}
        where
            {{ dimension }} is not null
            and is_ended
            and started_day >= (select window_from from limits)
            and started_day <= (select window_until from limits)
            and {{ condition }}

    ),

    -- Every step below reads one of these two, not the attempts.
    cells as (

        select
            subject,
            project,
            other,
            started_hour,
            count(*) as n,
            count(*) filter (where is_failure) as f
        from ended_attempts
        group by subject, project, other, started_hour

    ),

    jobs as (

        select
            subject,
            project,
            job_name,
            user_name,
            count(*) as n,
            count(*) filter (where is_failure) as f,
            min(ended_at) filter (where is_failure) as first_failed_at,
            max(ended_at) filter (where is_failure) as last_failed_at
        from ended_attempts
        group by subject, project, job_name, user_name

    ),

    counted as (

        select
            subject,
            cast(sum(n) as bigint) as n,
            cast(sum(f) as bigint) as f,
            count(distinct {{ failure_job() }}) as job_count,
            count(distinct {{ failure_job() }}) filter (where f > 0) as failed_job_count,
            count(distinct user_name) as user_count,
            count(distinct user_name) filter (where f > 0) as failed_user_count,
            min(first_failed_at) as first_failed_at,
            max(last_failed_at) as last_failed_at
        from jobs
        group by subject

    ),

    expectations as ({{ expected_failures('cells') }}),

    odds as ({{ mantel_haenszel('(select subject, other as stratum, n, f from cells) as strata') }}),

    lone_failures as (

        select
            {{ dimension }} as subject,
            count(*) as lone_f,
            min(failed_at) as first_failed_at,
            max(failed_at) as last_failed_at
        from {{ failures }}
        where
            {{ dimension }} is not null
            and attempt_id is null
            and failed_day >= (select window_from from limits)
            and failed_day <= (select window_until from limits)
            and {{ condition }}
        group by {{ dimension }}

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
            counted.job_count >= limits.min_jobs
            and (counted.user_count = 0 or counted.user_count >= limits.min_users) as is_tested,
            counted.failed_job_count >= limits.min_jobs
            and (counted.failed_user_count = 0 or counted.failed_user_count >= limits.min_users)
                as has_enough_evidence
        from counted
        inner join expectations on counted.subject = expectations.subject
        cross join limits

    ),

    tailed as (

        select
            measured.*,
            case
                when is_tested then {{ poisson_tail('(f / dispersion)', 'scaled') }}
            end as p_value
        from measured

    ),

    tested as ({{ benjamini_hochberg('tailed', ["'all'"]) }}),

    bounded as (

        select
            tested.*,
            case
                when is_tested then {{ failures_to_flag('expected', 'dispersion', 'scaled', 'p_limit') }}
            end as upper_bound
        from (
            select
                tested.*,
                limits.q_limit / nullif(tested.tested, 0) as p_limit
            from tested
            cross join limits
        ) as tested

    ),

    -- Smallest number of failures that is flagged when no other subject is.
    powered as (

        select
            bounded.*,
            case
                when is_tested
                    then greatest(
                        limits.min_jobs,
                        upper_bound
                        {%- for step in range(1, 5) %}
                            - case
                                when {{ poisson_tail(
                                    '((upper_bound - ' ~ step ~ ') / dispersion)', 'scaled'
                                ) }} < p_limit then 1
                                else 0
                            end
                        {%- endfor %}
                    )
            end as failures_to_flag,
            limits.power_ratio * expected / n as raised_rate
        from bounded
        cross join limits

    )

    select
        coalesce(tested.subject, lone_failures.subject) as subject,
        limits.window_from,
        limits.window_until,
        case when tested.subject is null then 'unknown' else 'attempts' end as denominator,
        tested.n as attempt_count,
        tested.f as failed_attempt_count,
        coalesce(lone_failures.lone_f, 0) as lone_failure_count,
        coalesce(tested.f, 0) + coalesce(lone_failures.lone_f, 0) as failure_count,
        tested.job_count,
        tested.failed_job_count,
        case when tested.user_count > 0 then tested.failed_user_count end as failed_user_count,
        least(tested.first_failed_at, lone_failures.first_failed_at) as first_failed_at,
        greatest(tested.last_failed_at, lone_failures.last_failed_at) as last_failed_at,
        cast(tested.f as double precision) / tested.n as failure_rate,
        {{ wilson_bound('tested.f', 'tested.n', 'low') }} as failure_rate_low,
        {{ wilson_bound('tested.f', 'tested.n', 'high') }} as failure_rate_high,
        tested.expected as expected_failures,
        tested.dispersion as expected_dispersion,
        tested.compared_hour as attempts_compared_by_hour,
        tested.compared_group as attempts_compared_by_group,
        tested.compared_project as attempts_compared_by_project,
        tested.compared_all as attempts_compared_by_all,
        (tested.f + limits.ratio_prior) / (tested.expected + limits.ratio_prior) as failure_ratio,
        cast(tested.failures_to_flag as bigint) as failures_to_flag,
        {{ binomial_tail('failures_to_flag', 'n', 'raised_rate') }} as power,
        tested.p_value,
        tested.q_value,
        odds.odds_ratio,
        odds.odds_ratio_low,
        odds.odds_ratio_high,
        coalesce(tested.is_tested, false) as is_tested,
        coalesce(tested.q_value < limits.q_limit and tested.has_enough_evidence, false) as is_flagged
    from powered as tested
    full outer join lone_failures on tested.subject = lone_failures.subject
    left join odds on tested.subject = odds.subject
    cross join limits
{%- endmacro %}
