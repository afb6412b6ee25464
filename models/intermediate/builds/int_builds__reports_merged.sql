with

reports as (

    select * from {{ ref('stg_builds__reports') }}

),

-- What comes later in a build's life counts before what came earlier, whatever was loaded first.
ranked as (

    select
        *,
        row_number() over (
            partition by build_id
            order by
                is_final desc,
                sample_count desc,
                finished_at desc nulls last,
                {{ text_key('report_id') }}
        ) as report_rank
    from reports

),

merged as (

    select
        build_id,
        count(*) as report_count,
        {{ last_said('region', 'text') }} as region,
        count(distinct region) > 1 as is_region_ambiguous,
        {{ last_said('status', 'text') }} as status,
        bool_or(is_final) as is_final,
        count(distinct case when is_final then status end) > 1 as is_status_ambiguous,
        {{ last_said('created_at', 'timestamptz') }} as created_at,
        {{ last_said('started_at', 'timestamptz') }} as started_at,
        {{ last_said('finished_at', 'timestamptz') }} as finished_at,
        {{ last_said('queue_seconds', 'decimal(18, 3)') }} as queue_seconds,
        {{ last_said('working_seconds', 'decimal(18, 3)') }} as working_seconds,
        max(sample_count) as logged_sample_count,
        {{ last_said('reported_cpu_avg_pct', 'decimal(18, 4)') }} as reported_cpu_avg_pct,
        {{ last_said('reported_cpu_peak_pct', 'decimal(18, 4)') }} as reported_cpu_peak_pct,
        {{ last_said('reported_memory_avg_gb', 'decimal(18, 4)') }} as reported_memory_avg_gb,
        {{ last_said('reported_memory_peak_gb', 'decimal(18, 4)') }} as reported_memory_peak_gb,
        {{ last_said('reported_io_read_mb', 'decimal(18, 4)') }} as reported_io_read_mb,
        {{ last_said('reported_io_write_mb', 'decimal(18, 4)') }} as reported_io_write_mb
    from ranked
    group by build_id

)

select * from merged
