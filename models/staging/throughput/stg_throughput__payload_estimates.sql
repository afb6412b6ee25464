{% set said = {'columns': ['sim_return_count', 'sample_kb', 'total_estimate_kb']} %}

with

-- A log without times repeats what the same log with times says: these rows count once.
repeated as (

    select distinct {{ event_says(said, 'timed') }} as said
    from {{ ref('landed_payload_estimates') }} as timed
    where
        timed.logged_at is not null
        and {{ event_says(said, 'timed') }} in (
            select {{ event_says(said, 'untimed') }} as said
            from {{ ref('landed_payload_estimates') }} as untimed
            where untimed.logged_at is null
        )

),

renamed as (

    select
        landed.payload_estimate_id,
        landed.calibration,
        coalesce(landed.experiment, 'none') as experiment,
        landed.sim_return_count,
        landed.sample_kb,
        landed.total_estimate_kb,
        landed.logged_at,
        landed.pod_name
    from {{ ref('landed_payload_estimates') }} as landed
    left join repeated
        on
            repeated.said
            = case when landed.logged_at is null then {{ event_says(said, 'landed') }} end
    where repeated.said is null

)

select * from renamed
