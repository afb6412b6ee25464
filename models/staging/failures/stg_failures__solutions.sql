with

landed as (

    select * from {{ ref('landed_failure_solutions') }}

),

renamed as (

    select
        source,
        failure_type,
        description,
        record_id,
        success_count,
        failure_count,
        last_used_at,
        created_at
    from landed

)

select * from renamed
