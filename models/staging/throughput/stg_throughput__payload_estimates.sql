with

landed as (

    select * from {{ ref('landed_payload_estimates') }}

),

-- A log without times repeats what the same log with times says: these rows count once.
dated as (

    select
        *,
        logged_at is not null
        or count(logged_at) over (
            partition by sim_return_count, sample_kb, total_estimate_kb
        ) = 0 as is_counted
    from landed

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
    from dated
    where is_counted

)

select * from renamed
