{% macro recommendation_steps(until, lookback_days, pattern_threshold) -%}
    {#- The CTEs that make recommendations, `recommendations` being the last. They read the CTEs
        `failures` (all until the end of the window) and `evidence` (kind, subject, and what a test said
        about the window) of their caller. Time is cut into windows back from the end: window 0 is
        the one asked for, 1 the one before it. A message of one word, such as Error, names no cause. -#}
    {%- set window_microseconds = 'cast(' ~ lookback_days ~ ' as bigint) * 86400000000' -%}
    {%- set divide = whole_division_operator() -%}
    {%- set subjects = {
        'node': 'node_name',
        'image': 'image',
        'project': 'project',
        'template': "case when error_template like '% %' then error_template end",
        'hour': 'cast(failed_hour as text)',
        'memory_request': "case when has_memory_overflow then " ~ failure_job() ~ " end",
    } -%}
    placed as (

        select
            *,
            {{ failure_job() }} as job,
            cast(
                ({{ microseconds_between('failed_at', until) }} - 1) {{ divide }} ({{ window_microseconds }})
                as integer
            ) as window_index
        from failures
        where failed_at < {{ until }}

    ),

    held_against as (

        {% for kind, subject in subjects.items() -%}
            select
                '{{ kind }}' as kind,
                {{ subject }} as subject,
                job,
                failure_type,
                failed_at,
                window_index
            from placed
            where {{ subject }} is not null
            {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    counted as (

        select
            kind,
            subject,
            window_index,
            cast(count(*) as bigint) as failure_count,
            -- Of earlier windows nobody asks; different ones are the dearest to count.
            greatest(cast(count(distinct case when window_index <= 1 then job end) as bigint), 1) as job_count,
            min(failed_at) as first_seen_at,
            max(failed_at) as last_seen_at
        from held_against
        group by kind, subject, window_index

    ),

    -- Windows without a gap between them have the same difference.
    spells as (

        select
            *,
            window_index - cast(row_number() over (partition by kind, subject order by window_index) as integer)
                as spell,
            min(window_index) over (partition by kind, subject) as latest_window
        from counted

    ),

    current_spells as (

        select
            kind,
            subject,
            min(window_index) as window_index,
            max(window_index) as first_window_index,
            min(first_seen_at) as since_at,
            max(last_seen_at) as last_seen_at
        from spells
        where latest_window <= 1 and spell = latest_window - 1
        group by kind, subject

    ),

    types as (

        select
            kind,
            subject,
            window_index,
            string_agg(
                failure_type || ' ' || type_count, ', ' order by type_count desc, {{ text_key('failure_type') }}
            ) as failure_types
        from (
            select
                kind,
                subject,
                window_index,
                failure_type,
                cast(count(*) as bigint) as type_count
            from held_against
            where window_index <= 1
            group by kind, subject, window_index, failure_type
        ) as by_type
        group by kind, subject, window_index

    ),

    deployments_in_force as (

        select
            change,
            deployed_at_utc,
            lead(deployed_at_utc) over (order by deployed_at_utc, {{ text_key('change') }}) as replaced_at
        from {{ ref('deployments') }}
        where environment = '{{ var("environment") }}' and deployed_at_utc is not null

    ),

    weighed as (

        select
            current_spells.kind,
            current_spells.subject,
            current_spells.since_at,
            current_spells.last_seen_at,
            case
                when current_spells.window_index = 1 then 'resolved'
                when current_spells.first_window_index >= 1 then 'ongoing'
                else 'open'
            end as state,
            counted.failure_count,
            counted.job_count,
            counted.failure_count * counted.job_count as severity_score,
            types.failure_types,
            evidence.window_from as tested_from,
            evidence.attempt_count,
            evidence.failure_count as tested_failure_count,
            evidence.failure_rate,
            evidence.failure_rate_low,
            evidence.failure_rate_high,
            evidence.expected_failures,
            evidence.q_value,
            counted.failure_count >= {{ pattern_threshold }}
            and current_spells.kind in ('node', 'image', 'project') as is_published_rule,
            case
                when evidence.is_flagged then 'tested'
                when current_spells.kind not in ('node', 'image') or current_spells.window_index = 1
                    then 'count'
                when evidence.attempt_count > 0 then 'not proven'
                else 'count only'
            end as basis
        from current_spells
        inner join counted
            on
                current_spells.kind = counted.kind
                and current_spells.subject = counted.subject
                and current_spells.window_index = counted.window_index
        inner join types
            on
                current_spells.kind = types.kind
                and current_spells.subject = types.subject
                and current_spells.window_index = types.window_index
        left join evidence
            on
                current_spells.kind = evidence.kind
                and current_spells.subject = evidence.subject
                and current_spells.window_index = 0
        where
            evidence.is_flagged
            or current_spells.kind = 'memory_request'
            or (current_spells.kind <> 'hour' and counted.failure_count >= {{ pattern_threshold }})

    ),

    recommendations as (

        select
            md5(weighed.kind || ':' || weighed.subject) as recommendation_id,
            weighed.kind,
            weighed.subject,
            weighed.state,
            case
                when weighed.basis = 'not proven' then 'info'
                when weighed.severity_score >= {{ threshold('failure_severity_high_score') }} then 'high'
                when weighed.severity_score >= {{ threshold('failure_severity_medium_score') }} then 'medium'
                else 'low'
            end as severity,
            weighed.severity_score,
            weighed.basis,
            weighed.is_published_rule,
            weighed.failure_count,
            weighed.job_count,
            weighed.failure_types,
            weighed.tested_from,
            weighed.attempt_count,
            weighed.tested_failure_count,
            weighed.failure_rate,
            weighed.failure_rate_low,
            weighed.failure_rate_high,
            weighed.expected_failures,
            weighed.q_value,
            weighed.since_at,
            weighed.last_seen_at,
            deployments_in_force.change as deployment_name,
            deployments_in_force.deployed_at_utc as deployed_at,
            weighed.failure_count || ' ' || {{ counted_word('weighed.failure_count', 'failure') }} || ' of '
            || weighed.job_count || ' ' || {{ counted_word('weighed.job_count', 'job') }} || ': '
            || weighed.failure_types
            || case
                when weighed.attempt_count > 0
                    then
                        '; ' || {{ round_scaled('weighed.tested_failure_count * 1000', 'weighed.attempt_count', 1) }}
                        || '% of ' || weighed.attempt_count || ' attempts since ' || weighed.tested_from
                when weighed.basis = 'count only' then '; a count, no rate known'
                else ''
            end as evidence,
            case
                when weighed.state = 'resolved' then 'Nothing now for ' || weighed.subject || ': no failure in this window'
                else replace(actions.action, '{subject}', weighed.subject)
            end as suggested_action
        from weighed
        left join {{ ref('failure_actions') }} as actions
            on weighed.kind = actions.kind and weighed.basis = actions.basis
        left join deployments_in_force
            on
                weighed.since_at >= deployments_in_force.deployed_at_utc
                and (
                    weighed.since_at < deployments_in_force.replaced_at
                    or deployments_in_force.replaced_at is null
                )

    )
{%- endmacro %}
