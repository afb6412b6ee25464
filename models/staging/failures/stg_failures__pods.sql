with

landed as (

    select * from {{ ref('landed_pods') }}

),

renamed as (

    select
        pod_key,
        pod_uid,
        source,
        namespace,
        project,
        pod_name,
        job_name,
        user_name,
        node_name,
        image,
        container_name,
        phase,
        created_at,
        started_at,
        last_started_at,
        finished_at,
        last_heard_at,
        exit_code,
        reason,
        waiting_reason,
        message,
        cannot_succeed,
        end_key,
        restart_count,
        gpu_count,
        memory_request_mb,
        has_memory_overflow,
        cpu_request_millicores
    from landed

)

select * from renamed
