with

landed as (

    select * from {{ ref('landed_build_reports') }}

),

categorised as (

    select
        build_id,
        report_id,
        region,
        status,
        coalesce(status not in ('PENDING', 'QUEUED', 'WORKING', 'STATUS_UNKNOWN'), false)
            as is_final,
        created_at,
        started_at,
        finished_at,
        queue_seconds,
        working_seconds,
        sample_count,
        reported_cpu_avg_pct,
        reported_cpu_peak_pct,
        reported_memory_avg_gb,
        reported_memory_peak_gb,
        reported_io_read_mb,
        reported_io_write_mb,
        extra_fields
    from landed

)

select * from categorised
