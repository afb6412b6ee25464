with

landed as (

    select * from {{ ref('landed_timings') }}

),

renamed as (

    select
        timing_id,
        kind,
        calibration,
        coalesce(experiment, 'none') as experiment,
        run_id,
        param_id,
        seed,
        target,
        coalesce(worker, 'unnamed') as worker,
        duration_ms,
        sim_return_count,
        output_count,
        total_inline_mb as payload_mb,
        max_single_kb as largest_output_kb,
        logged_at,
        pod_name
    from landed

)

select * from renamed
