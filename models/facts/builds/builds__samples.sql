{{ config(indexes=row_store_indexes([{'columns': ['build_id']}])) }}

with

samples as (

    select * from {{ ref('stg_builds__samples') }}
    where {{ parts_to_make('builds', 'build_id') }}

),

stepped as (

    select
        *,
        {{ microseconds_between('lag(sampled_at) over same_build', 'sampled_at') }} as interval_us,
        {{ microseconds_between('sampled_at', 'lead(sampled_at) over same_build') }}
            as next_interval_us,
        lag(io_read_mb) over known_reads as previous_read_mb,
        lag(io_write_mb) over known_writes as previous_write_mb,
        coalesce(sampled_at < lag(sampled_at) over known_reads, false) as is_before_last_read,
        coalesce(sampled_at < lag(sampled_at) over known_writes, false) as is_before_last_write
    from samples
    window
        same_build as (partition by build_id order by sample_index),
        known_reads as (partition by build_id, io_read_mb is null order by sample_index),
        known_writes as (partition by build_id, io_write_mb is null order by sample_index)

),

rhythms as (

    select
        build_id,
        cast({{ median_twice('interval_us') }} as bigint) as median_interval_us_twice
    from stepped
    where interval_us > 0
    group by build_id

),

measured as (

    select
        stepped.*,
        rhythms.median_interval_us_twice,
        coalesce(
            stepped.interval_us * 2
            > {{ threshold('sample_gap_ratio') }} * rhythms.median_interval_us_twice,
            false
        ) as has_gap_before,
        coalesce(stepped.interval_us < 0, false) as is_out_of_order,
        coalesce(stepped.io_read_mb < stepped.previous_read_mb, false)
        and not stepped.is_before_last_read as is_read_reset,
        coalesce(stepped.io_write_mb < stepped.previous_write_mb, false)
        and not stepped.is_before_last_write as is_write_reset,
        coalesce(
            stepped.memory_used_gb
            > {{ threshold('memory_pressure_share') }} * stepped.memory_total_gb,
            false
        ) as is_under_pressure,
        coalesce(stepped.memory_used_gb > stepped.memory_total_gb, false)
            as is_above_machine_memory
    from stepped
    left join rhythms on stepped.build_id = rhythms.build_id

)

-- A counter that fell was started again: what it shows was added since then. In a sample that is
-- earlier than the last known one it fell because time did: the difference is negative, and the
-- samples after it make up for it. A sample stands for the time until the next one, but not for a
-- gap.
select
    build_id,
    sample_index,
    sampled_at,
    {{ round_scaled('interval_us', '1000', 3) }} as interval_seconds,
    has_gap_before,
    is_out_of_order,
    cpu_pct,
    memory_used_gb,
    memory_total_gb,
    {{ round_ratio(
        in_ten_thousandths('memory_used_gb'), in_ten_thousandths('memory_total_gb'), 4
    ) }} as memory_share,
    is_under_pressure,
    is_above_machine_memory,
    cast(
        case when is_under_pressure then {{ round_scaled(
            "cast(least(
                case
                    when next_interval_us is null then median_interval_us_twice
                    when next_interval_us < 0 then 0
                    else 2 * next_interval_us
                end,
                " ~ threshold('sample_gap_ratio') ~ " * median_interval_us_twice
            ) as bigint)", '2000', 3
        ) }} end as decimal(18, 3)
    ) as pressure_seconds,
    io_read_mb,
    io_write_mb,
    cast(
        case when is_read_reset then io_read_mb else io_read_mb - previous_read_mb end
        as decimal(18, 4)
    ) as read_mb,
    cast(
        case when is_write_reset then io_write_mb else io_write_mb - previous_write_mb end
        as decimal(18, 4)
    ) as written_mb,
    is_read_reset,
    is_write_reset,
    extra_fields
from measured
