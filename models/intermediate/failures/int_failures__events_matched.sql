with

limits as (

    select
        {{ threshold('clock_ahead_seconds') }} as clock_ahead_seconds,
        {{ threshold('failure_event_lag_hours') }} as lag_hours

),

-- Copies of one database, or a monitor that writes twice: one failure.
firsts as (

    select min({{ text_key('event_key') }}) as event_key
    from {{ ref('stg_failures__events') }}
    group by
        job_name, project, failure_type, occurred_at, pod_name,
        case when pod_name is null then event_id end

),

events as (

    select
        event_key,
        pod_name,
        occurred_at,
        coalesce(is_resolved, false) as is_resolved
    from {{ ref('stg_failures__events') }}
    where event_key in (select firsts.event_key from firsts)

),

named as (

    select
        attempt_id,
        pod_name,
        started_at,
        ended_at,
        has_failed,
        row_number() over (
            partition by pod_name order by started_at, {{ text_key('attempt_id') }}
        ) as attempt_number
    from (
        select
            attempt_id,
            pod_name,
            started_at,
            ended_at,
            has_failed
        from {{ ref('int_failures__runs_named') }}
        union all
        select
            attempt_id,
            pod_name,
            started_at,
            ended_at,
            has_failed
        from {{ ref('int_failures__pods_observed') }}
    ) as attempts
    where
        started_at is not null
        and pod_name in (select events.pod_name from events)

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
    where pod_name in (select named.pod_name from named)

),

counted as (

    select
        event_key,
        pod_name,
        sum(is_attempt) over (
            partition by pod_name order by moment asc, is_attempt desc
            rows between unbounded preceding and current row
        ) as attempt_number
    from moments

),

matched as (

    select
        events.event_key,
        named.attempt_id,
        named.has_failed,
        row_number() over (
            partition by named.attempt_id
            order by
                events.is_resolved desc, events.occurred_at desc, {{ text_key('events.event_key') }}
        ) as record_number
    from events
    cross join limits
    inner join counted on events.event_key = counted.event_key
    inner join named
        on
            counted.pod_name = named.pod_name
            and counted.attempt_number = named.attempt_number
    where
        named.ended_at is null
        or events.occurred_at
        <= named.ended_at + cast(limits.lag_hours as integer) * interval '1 hour'

)

-- Of several records of one attempt, the one that knows how it was resolved counts, else the last.
select
    events.event_key,
    events.occurred_at,
    matched.attempt_id,
    matched.has_failed as has_attempt_failed,
    coalesce(matched.record_number = 1, true) as is_kept
from events
left join matched on events.event_key = matched.event_key
