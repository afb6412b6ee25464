with

landed as (

    select * from {{ ref('landed_pod_ends') }}

),

renamed as (

    select
        end_key,
        pod_key,
        container_name,
        image,
        exit_code,
        reason,
        message,
        started_at,
        ended_at
    from landed

)

select * from renamed
