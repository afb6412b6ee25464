with

landed as (

    select * from {{ ref('landed_payload_estimates') }}

),

renamed as (

    select
        payload_estimate_id,
        calibration,
        coalesce(experiment, 'none') as experiment,
        sim_return_count,
        sample_kb,
        total_estimate_kb,
        logged_at,
        pod_name
    from landed

)

select * from renamed
