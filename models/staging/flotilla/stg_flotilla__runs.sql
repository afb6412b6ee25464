with

source as (

    select * from {{ ref('base_flotilla__task_pulled') }}

),

renamed as (

    select
        run_id,
        definition_id,
        alias as run_alias,
        engine,
        coalesce(engine not in ('eks', 'eks-spark'), true) as is_engine_unknown,
        status,
        coalesce(
            status not in ('QUEUED', 'PENDING', 'RUNNING', 'STOPPED', 'NEEDS_RETRY'), true
        ) as is_status_unknown,
        coalesce(status = 'STOPPED', false) as is_final,
        is_settled,
        image,
        cluster_name,
        pod_name,
        pod_event_lines,
        instance_dns_name as node_name,
        node_lifecycle,
        group_name,
        user_name,
        tier,
        queued_at,
        started_at,
        finished_at,
        queued_day,
        {{ to_day('finished_at') }} as finished_day,
        coalesce(started_at < queued_at or finished_at < started_at, false)
        or coalesce(finished_at < queued_at, false) as has_clock_skew,
        exit_code,
        exit_reason,
        {{ is_oom('exit_code', 'exit_reason') }} as is_oom,
        memory as memory_mb,
        memory_limit as memory_limit_mb,
        max_memory_used as peak_memory_mb,
        cpu as cpu_millicores,
        gpu as gpu_count,
        attempt_count,
        active_deadline_seconds,
        command_md5 is not null as has_command,
        command_md5,
        description_md5,
        command_hash,
        is_quarantined
    from source

)

select * from renamed
