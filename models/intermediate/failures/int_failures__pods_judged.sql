{%- set hopeless -%}
    (
        'CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull',
        'InvalidImageName', 'CreateContainerConfigError', 'CreateContainerError',
        'RunContainerError', 'NodeLost'
    )
{%- endset -%}
{%- set restarting = "('CrashLoopBackOff', 'RunContainerError')" %}

with

pods as (

    select * from {{ ref('stg_failures__pods') }}

),

ends as (

    select * from {{ ref('stg_failures__pod_ends') }}

),

-- A pod that waits for one of these has failed, though Kubernetes never ends it. Where it waits
-- because a container failed, that end is the failed attempt, and the pod is still open.
judged as (

    select
        pods.*,
        explaining.end_key is not null
        and coalesce(pods.waiting_reason in {{ restarting }}, false) as is_restarting,
        explaining.end_key is not null
        and coalesce(pods.phase = 'Failed' or pods.cannot_succeed, false) as is_end_its_own,
        coalesce(pods.phase in ('Succeeded', 'Failed') or pods.cannot_succeed, false) as is_over,
        case
            when pods.phase in ('Succeeded', 'Failed') then pods.phase = 'Failed'
            when pods.cannot_succeed or pods.reason = 'NodeLost' then true
            when explaining.end_key is not null and pods.waiting_reason in {{ restarting }}
                then false
            else coalesce(
                pods.waiting_reason in {{ hopeless }} or pods.reason in {{ hopeless }}, false
            )
        end as has_failed
    from pods
    left join ends as explaining on pods.end_key = explaining.end_key

),

-- Of a pod that ended so, the end that explains it is its own, and no attempt beside it.
followed as (

    select
        ends.pod_key,
        count(*) as end_count,
        max(coalesce(ends.ended_at, ends.started_at)) as last_ended_at
    from ends
    left join judged on ends.end_key = judged.end_key
    where not coalesce(judged.is_end_its_own, false)
    group by ends.pod_key

)

-- A pod that Flotilla started is its run, and no second attempt.
select
    judged.*,
    followed.last_ended_at,
    greatest(
        coalesce(judged.restart_count, 0) - coalesce(followed.end_count, 0)
        + case when judged.is_restarting then 1 else 0 end,
        0
    ) as further_restart_count
from judged
left join followed on judged.pod_key = followed.pod_key
where
    not exists (
        select 1 from {{ ref('int_failures__runs_named') }} as runs_named
        where runs_named.pod_name = judged.pod_name
    )
