with

limits as (

    select
        cast({{ threshold('failure_event_lag_hours') }} as integer) * interval '1 hour' as lag,
        cast({{ threshold('clock_ahead_seconds') }} as integer)
        * interval '1 second' as clock_ahead

),

-- Copies of one database, or a monitor that writes twice: one failure; one that is resolved wins.
firsts as (

    select
        coalesce(
            min({{ text_key('event_key') }}) filter (where is_resolved),
            min({{ text_key('event_key') }})
        ) as event_key
    from {{ ref('stg_failures__events') }}
    group by
        job_name, project, failure_type, occurred_at, pod_name,
        case when pod_name is null then event_id end

),

-- A pod's name is one pod's within its project: `looked_in` is where a record's pod can be. It is
-- one text, because PostgreSQL expects next to nothing of a join by several columns, and in byte
-- order, which is sorted in half the time.
events as (

    select
        event_key,
        pod_name,
        project,
        {{ text_key("(coalesce(project, '') || chr(31) || pod_name)") }} as looked_in,
        occurred_at,
        coalesce(is_resolved, false) as is_resolved
    from {{ ref('stg_failures__events') }}
    where event_key in (select firsts.event_key from firsts)

),

places as (

    select distinct
        pod_name,
        project,
        looked_in
    from events

),

ended as (

    select distinct 'pod:' || pod_key as attempt_id
    from {{ ref('stg_failures__pod_ends') }}

),

-- A record of a pod that goes on after a failed end is about that end.
pods as (

    select pods.*
    from {{ ref('int_failures__pods_observed') }} as pods
    left join ended on pods.attempt_id = ended.attempt_id
    where pods.has_failed or ended.attempt_id is null

),

attempts as (

    {%- for known in [
        ref('int_failures__runs_named'), 'pods', ref('int_failures__pod_ends_observed')
    ] %}
        {{ 'union all' if not loop.first }}
        select
            attempt_id,
            pod_name,
            project,
            started_at,
            ended_at,
            has_failed
        from {{ known }}
    {%- endfor %}

),

-- An attempt, or a record, of which the project is not known can be that of any.
named as (

    select
        places.looked_in,
        attempts.attempt_id,
        attempts.started_at,
        attempts.ended_at,
        attempts.has_failed,
        row_number() over (
            partition by places.looked_in
            order by attempts.started_at, {{ text_key('attempts.attempt_id') }}
        ) as attempt_number,
        count(*) over (partition by places.looked_in) = 1 as is_only_one
    from places
    inner join attempts
        on
            places.pod_name = attempts.pod_name
            and coalesce(places.project = attempts.project, true)
    where attempts.started_at is not null

),

-- Attempts and records along time: how many attempts had begun before each record. Where there is
-- one only, a record in local time is still its; one from days before is about another pod.
moments as (

    select
        cast(null as text) as event_key,
        named.looked_in,
        named.started_at
        - case when named.is_only_one then limits.lag else limits.clock_ahead end as moment,
        false as is_resolved,
        1 as is_attempt
    from named
    cross join limits
    union all
    select
        event_key,
        looked_in,
        occurred_at as moment,
        is_resolved,
        0 as is_attempt
    from events
    where looked_in in (select named.looked_in from named)

),

counted as (

    select
        event_key,
        looked_in,
        moment,
        is_resolved,
        sum(is_attempt) over (
            partition by looked_in order by moment asc, is_attempt desc
            rows between unbounded preceding and current row
        ) as attempt_number
    from moments

),

matched as (

    select
        counted.event_key,
        named.attempt_id,
        named.has_failed,
        row_number() over (
            partition by named.attempt_id
            order by
                counted.is_resolved desc, counted.moment desc, {{ text_key('counted.event_key') }}
        ) as record_number
    from counted
    cross join limits
    inner join named
        on
            counted.looked_in = named.looked_in
            and counted.attempt_number = named.attempt_number
    where
        counted.event_key is not null
        and (
            named.is_only_one
            or named.ended_at is null
            or counted.moment <= named.ended_at + limits.lag
        )

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
