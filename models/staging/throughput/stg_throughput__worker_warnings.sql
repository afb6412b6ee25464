with

landed as (

    select * from {{ ref('landed_worker_warnings') }}

),

renamed as (

    select
        worker_warning_id,
        calibration,
        coalesce(experiment, 'none') as experiment,
        category,
        coalesce(worker, 'unnamed') as worker,
        process_memory_mb,
        memory_limit_mb,
        logged_at,
        pod_name
    from landed

)

select * from renamed
