with

landed as (

    select * from {{ ref('landed_failure_correlations') }}

),

renamed as (

    select
        source,
        correlation_type,
        correlation_value,
        failure_count,
        first_seen_at,
        last_seen_at
    from landed

)

select * from renamed
