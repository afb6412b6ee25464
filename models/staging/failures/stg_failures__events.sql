with

landed as (

    select * from {{ ref('landed_failure_events') }}

),

renamed as (

    select
        event_key,
        source,
        event_id,
        job_name,
        project,
        failure_type,
        phase,
        occurred_at,
        pod_name,
        node_name,
        container_image,
        error_message,
        logs_snippet,
        events_snippet,
        gpu_count,
        memory_request,
        memory_request_mb,
        has_memory_overflow,
        cpu_request_millicores,
        is_resolved,
        resolution_type,
        resolved_at,
        is_auto_remediated
    from landed

)

select * from renamed
