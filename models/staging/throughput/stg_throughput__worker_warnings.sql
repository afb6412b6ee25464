{% set said = {'columns': ['category', 'worker', 'process_memory_mb', 'memory_limit_mb']} %}

with

-- A log without times repeats what the same log with times says: these rows count once.
repeated as (

    select distinct {{ event_says(said, 'timed') }} as said
    from {{ ref('landed_worker_warnings') }} as timed
    where
        timed.logged_at is not null
        and {{ event_says(said, 'timed') }} in (
            select {{ event_says(said, 'untimed') }} as said
            from {{ ref('landed_worker_warnings') }} as untimed
            where untimed.logged_at is null
        )

),

renamed as (

    select
        landed.worker_warning_id,
        landed.calibration,
        coalesce(landed.experiment, 'none') as experiment,
        landed.category,
        coalesce(landed.worker, 'unnamed') as worker,
        landed.process_memory_mb,
        landed.memory_limit_mb,
        landed.logged_at,
        landed.pod_name
    from {{ ref('landed_worker_warnings') }} as landed
    left join repeated
        on
            repeated.said
            = case when landed.logged_at is null then {{ event_says(said, 'landed') }} end
    where repeated.said is null

)

select * from renamed
