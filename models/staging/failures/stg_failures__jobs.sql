with

landed as (

    select * from {{ ref('landed_jobs') }}

),

renamed as (

    select
        job_key,
        source,
        job_id,
        job_name,
        group_name,
        project,
        user_name,
        queue_name,
        node_name,
        image,
        state,
        is_over,
        has_failed,
        reason,
        exit_code,
        submitted_at,
        started_at,
        ended_at,
        requested_mb,
        peak_mb,
        has_memory_overflow,
        cpu_millicores,
        gpu_count,
        covariates
    from landed

)

select * from renamed
