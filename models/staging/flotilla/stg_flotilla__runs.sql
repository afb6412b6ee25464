with

source as (

    select * from {{ ref('base_flotilla__task') }}

),

renamed as (

    select
        cast(run_id as text) as run_id,
        cast(definition_id as text) as definition_id,
        cast(alias as text) as run_alias,
        cast(engine as text) as engine,
        coalesce(engine not in ('eks', 'eks-spark'), true) as is_engine_unknown,
        cast(status as text) as status,
        coalesce(
            status not in ('QUEUED', 'PENDING', 'RUNNING', 'STOPPED', 'NEEDS_RETRY'), true
        ) as is_status_unknown,
        coalesce(status = 'STOPPED', false) as is_final,
        cast(image as text) as image,
        cast(cluster_name as text) as cluster_name,
        cast(pod_name as text) as pod_name,
        {{ pod_event_lines('pod_events') }} as pod_event_lines,
        cast(instance_dns_name as text) as node_name,
        cast(node_lifecycle as text) as node_lifecycle,
        cast(group_name as text) as group_name,
        cast("user" as text) as user_name,
        cast(tier as text) as tier,
        cast(queued_at as timestamptz) as queued_at,
        cast(started_at as timestamptz) as started_at,
        cast(finished_at as timestamptz) as finished_at,
        {{ to_day('queued_at') }} as queued_day,
        {{ to_day('finished_at') }} as finished_day,
        coalesce(started_at < queued_at or finished_at < started_at, false)
        or coalesce(finished_at < queued_at, false) as has_clock_skew,
        cast(exit_code as integer) as exit_code,
        cast(exit_reason as text) as exit_reason,
        {{ is_oom('exit_code', 'exit_reason') }} as is_oom,
        cast(memory as integer) as memory_mb,
        cast(memory_limit as integer) as memory_limit_mb,
        cast(max_memory_used as integer) as peak_memory_mb,
        cast(cpu as integer) as cpu_millicores,
        cast(gpu as integer) as gpu_count,
        cast(attempt_count as integer) as attempt_count,
        cast(active_deadline_seconds as integer) as active_deadline_seconds,
        cast(command as text) as command,
        coalesce(command <> '', false) as has_command,
        cast(description as text) as description,
        cast(command_hash as text) as command_hash
    from source

)

select * from renamed
