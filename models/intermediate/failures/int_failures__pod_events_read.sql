{%- set rules = failure_rules() %}

with

warnings as (

    select
        object_name,
        coalesce(reason, '') || ': ' || coalesce(message, '') as event_text,
        coalesce(first_seen_at, last_seen_at) as first_seen_at,
        coalesce(last_seen_at, first_seen_at) as last_seen_at
    from {{ ref('stg_failures__kubernetes_events') }}
    where object_kind = 'Pod'

),

read as (

    select
        object_name,
        first_seen_at,
        last_seen_at,
        {{ first_failure_rule('event', 'event_text', rules) }} as rule_order
    from warnings

),

told as (

    select * from read
    where rule_order is not null

),

-- A pod's failed ends have its name: an event first seen in the next try is not of this one.
failures as (

    select
        attempt_id as failure_id,
        pod_name,
        started_at,
        coalesce(ended_at, started_at) as failed_at,
        lead(started_at) over (
            partition by pod_name, project order by started_at, {{ text_key('attempt_id') }}
        ) as next_started_at
    from {{ ref('int_failures__attempts_failed') }}
    where is_landed and pod_name in (select told.object_name from told)

),

limits as (

    select
        cast({{ threshold('clock_ahead_seconds') }} as integer)
        * interval '1 second' as clock_ahead,
        cast({{ threshold('failure_event_lag_hours') }} as integer) * interval '1 hour' as lag

)

select
    failures.failure_id,
    min(told.rule_order) as rule_order
from failures
cross join limits
inner join told on failures.pod_name = told.object_name
where
    (
        told.last_seen_at is null
        or told.last_seen_at >= failures.started_at - limits.clock_ahead
    )
    and (
        told.first_seen_at is null
        or told.first_seen_at <= least(
            failures.failed_at + limits.lag, failures.next_started_at + limits.clock_ahead
        )
    )
group by failures.failure_id
