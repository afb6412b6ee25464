with

landed as (

    select * from {{ ref('landed_build_samples') }}

),

renamed as (

    select
        build_id,
        sample_index,
        sampled_at,
        cpu_pct,
        memory_used_gb,
        memory_total_gb,
        io_read_mb,
        io_write_mb,
        extra_fields
    from landed

)

select * from renamed
