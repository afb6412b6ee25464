with

samples as (

    select * from {{ ref('builds__samples') }}

),

measures as (

    select
        build_id,
        count(*) as sample_count,
        min(sampled_at) as first_sampled_at,
        max(sampled_at) as last_sampled_at,
        count(*) filter (where has_gap_before) as gap_count,
        {{ round_scaled(
            'cast(sum(' ~ in_ten_thousandths('cpu_pct') ~ ') as bigint)', 'count(cpu_pct) * 100', 2
        ) }} as cpu_avg_pct,
        cast(max(cpu_pct) as decimal(18, 4)) as cpu_peak_pct,
        {{ round_scaled(
            'cast(sum(' ~ in_ten_thousandths('memory_used_gb') ~ ') as bigint)', 'count(memory_used_gb) * 100', 2
        ) }} as memory_avg_gb,
        cast(max(memory_used_gb) as decimal(18, 4)) as memory_peak_gb,
        cast(max(memory_total_gb) as decimal(18, 4)) as memory_total_gb,
        cast(max(memory_share) as decimal(18, 4)) as memory_peak_share,
        case when count(memory_share) > 0 then {{ round_scaled(
            'cast(coalesce(sum(pressure_seconds), 0) * 1000 as bigint)', '600', 2
        ) }} end as memory_pressure_minutes,
        cast(sum(read_mb) as decimal(18, 4)) as read_mb,
        cast(sum(written_mb) as decimal(18, 4)) as written_mb,
        count(*) filter (where is_read_reset or is_write_reset) as counter_reset_count
    from samples
    group by build_id

)

select * from measures
