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
        phase,
        created_at,
        started_at,
        finished_at,
        exit_code,
        reason,
        waiting_reason,
        message,
        restart_count,
        gpu_count,
        memory_request_mb,
        has_memory_overflow,
        cpu_request_millicores
    from landed

)

select * from renamed
