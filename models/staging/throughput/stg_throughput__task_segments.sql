with

landed as (

    select * from {{ ref('landed_task_segments') }}

),

renamed as (

    select
        report_id,
        segment_index,
        calibration,
        coalesce(experiment, 'none') as experiment,
        coalesce(worker, 'unnamed') as worker,
        worker_thread,
        task_key,
        task_name,
        action,
        started_at,
        duration_ms
    from landed

)

select * from renamed
