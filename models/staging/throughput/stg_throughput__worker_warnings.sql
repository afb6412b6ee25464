with

landed as (

    select * from {{ ref('landed_worker_warnings') }}

),

-- A log without times repeats what the same log with times says: these rows count once.
dated as (

    select
        *,
        logged_at is not null
        or count(logged_at) over (
            partition by category, worker, process_memory_mb, memory_limit_mb
        ) = 0 as is_counted
    from landed

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
    from dated
    where is_counted

)

select * from renamed
