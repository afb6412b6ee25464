with

samples as (

    select * from {{ ref('int_builds__samples_measured') }}

)

select
    build_id,
    sample_index,
    sampled_at,
    interval_seconds,
    has_gap_before,
    is_out_of_order,
    cpu_pct,
    memory_used_gb,
    memory_total_gb,
    memory_share,
    is_under_pressure,
    is_above_machine_memory,
    pressure_seconds,
    io_read_mb,
    io_write_mb,
    read_mb,
    written_mb,
    is_read_reset,
    is_write_reset,
    extra_fields
from samples
