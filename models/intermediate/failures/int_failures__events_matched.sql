with

attempts as (

    select * from {{ ref('int_failures__attempts_observed') }}

),

limits as (

    select
        {{ threshold('clock_ahead_seconds') }} as clock_ahead_seconds,
        {{ threshold('failure_event_lag_hours') }} as lag_hours

),

-- Copies of one database, or a monitor that writes twice: one failure.
ranked as (

    select
        events.event_key,
        events.pod_name,
        events.occurred_at,
        coalesce(events.is_resolved, false) as is_resolved,
        row_number() over (
            partition by
                events.job_name, events.project, events.failure_type, events.occurred_at,
                coalesce(events.pod_name, cast(events.event_id as text))
            order by {{ text_key('events.event_key') }}
        ) as copy_number
    from {{ ref('stg_failures__events') }} as events

),

events as (

    select
        event_key,
        pod_name,
        occurred_at,
        is_resolved
    from ranked
    where copy_number = 1

),

named as (

    select
        attempts.attempt_id,
        attempts.pod_name,
        attempts.started_at,
        attempts.ended_at,
        row_number() over (
            partition by attempts.pod_name
            order by attempts.started_at, {{ text_key('attempts.attempt_id') }}
        ) as attempt_number
    from attempts
    where
        attempts.pod_name in (select events.pod_name from events)
        and attempts.started_at is not null

),

-- Attempts and events of a name along time: how many attempts had begun before each event.
moments as (

    select
        cast(null as text) as event_key,
        named.pod_name,
        named.started_at
        - cast(limits.clock_ahead_seconds as integer) * interval '1 second' as moment,
        1 as is_attempt
    from named
    cross join limits
    union all
    select
        event_key,
        pod_name,
        occurred_at as moment,
        0 as is_attempt
    from events
    where pod_name is not null

),

counted as (

    select
        event_key,
        pod_name,
        sum(is_attempt) over (
            partition by pod_name order by moment, is_attempt desc
            rows between unbounded preceding and current row
        ) as attempt_number
    from moments

),

matched as (

    select
        events.event_key,
        events.occurred_at,
        events.is_resolved,
        case
            when
                named.ended_at is null
                or events.occurred_at
                <= named.ended_at + cast(limits.lag_hours as integer) * interval '1 hour'
                then named.attempt_id
        end as attempt_id
    from events
    cross join limits
    left join counted on events.event_key = counted.event_key
    left join named
        on
            counted.pod_name = named.pod_name
            and counted.attempt_number = named.attempt_number

)

-- Of several records of one attempt, the one that knows how it was resolved counts, else the last.
select
    event_key,
    occurred_at,
    attempt_id,
    case
        when attempt_id is null then true
        else row_number() over (
            partition by attempt_id
            order by is_resolved desc, occurred_at desc, {{ text_key('event_key') }} asc
        ) = 1
    end as is_kept
from matched
