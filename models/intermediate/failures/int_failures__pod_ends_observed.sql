with

pods as (

    select * from {{ ref('int_failures__pods_judged') }}

),

-- While a pod backs off from an end, the pod knows more about it than the end does.
ends as (

    select
        ends.*,
        coalesce(pods.created_at, ends.started_at, ends.ended_at) as submitted_at,
        coalesce(ends.end_key = pods.end_key and pods.is_restarting, false) as is_backed_off_from,
        row_number() over (
            partition by ends.pod_key
            order by
                coalesce(ends.ended_at, ends.started_at) desc nulls last,
                {{ text_key('ends.end_key') }}
        ) as end_number
    from {{ ref('stg_failures__pod_ends') }} as ends
    inner join pods on ends.pod_key = pods.pod_key
    where not coalesce(ends.end_key = pods.end_key and pods.is_end_its_own, false)

)

select
    'end:' || ends.end_key as attempt_id,
    'pods' as origin,
    {{ known_text('pods.project') }} as project,
    pods.namespace as group_name,
    pods.job_name,
    cast(null as text) as command_md5,
    {{ known_text('pods.user_name') }} as user_name,
    pods.pod_name,
    {{ known_text('pods.node_name') }} as node_name,
    cast(null as text) as node_lifecycle,
    {{ known_text('ends.image') }} as image,
    cast(null as text) as cluster_name,
    ends.submitted_at,
    {{ to_day('ends.submitted_at') }} as submitted_day,
    coalesce(ends.started_at, ends.ended_at, pods.created_at) as started_at,
    ends.ended_at,
    true as is_ended,
    true as has_failed,
    ends.exit_code,
    case when ends.is_backed_off_from then pods.reason else ends.reason end as exit_reason,
    case when ends.is_backed_off_from then pods.message else ends.message end as message,
    cast(null as text) as pod_event_lines,
    cast(null as bigint) as container_restart,
    case
        when ends.end_number = 1 and not pods.has_failed then pods.further_restart_count
        else 0
    end as further_restart_count,
    pods.gpu_count,
    cast(round(pods.memory_request_mb) as bigint) as memory_mb,
    cast(null as bigint) as peak_mb,
    coalesce(pods.has_memory_overflow, false) as has_memory_overflow,
    pods.cpu_request_millicores as cpu_millicores,
    {{ microseconds_between('ends.started_at', 'ends.ended_at') }} as run_us,
    cast(null as text) as covariates
from ends
inner join pods on ends.pod_key = pods.pod_key
