{% set parts = parts_to_make('builds', 'build_id') %}

with

reports as (

    select * from {{ ref('int_builds__reports_merged') }}
    where {{ parts }}

),

measures as (

    select * from {{ ref('int_builds__sample_measures') }}
    where {{ parts }}

),

anomaly_counts as (

    select * from {{ ref('int_builds__anomaly_counts') }}
    where {{ parts }}

),

cpu as (

    select * from {{ ref('int_builds__consistency') }}
    where metric = 'cpu' and {{ parts }}

),

memory as (

    select * from {{ ref('int_builds__consistency') }}
    where metric = 'memory' and {{ parts }}

),

timed as (

    select
        reports.build_id,
        coalesce(
            reports.created_at, reports.started_at, measures.first_sampled_at, reports.finished_at
        ) as built_at,
        coalesce(
            reports.queue_seconds,
            {{ round_scaled(
                microseconds_between('reports.created_at', 'reports.started_at'), '1000', 3
            ) }}
        ) as queue_seconds,
        coalesce(
            reports.working_seconds,
            {{ round_scaled(
                microseconds_between('reports.started_at', 'reports.finished_at'), '1000', 3
            ) }}
        ) as working_seconds
    from reports
    left join measures on reports.build_id = measures.build_id

)

select
    reports.build_id,
    reports.region,
    reports.status,
    reports.is_final,
    timed.built_at,
    {{ to_day('timed.built_at') }} as built_day,
    reports.created_at,
    reports.started_at,
    reports.finished_at,
    cast(timed.queue_seconds as decimal(18, 3)) as queue_seconds,
    cast(timed.working_seconds as decimal(18, 3)) as working_seconds,
    coalesce(measures.sample_count, 0) as sample_count,
    reports.logged_sample_count,
    measures.first_sampled_at,
    measures.last_sampled_at,
    coalesce(measures.gap_count, 0) as gap_count,
    measures.cpu_avg_pct,
    measures.cpu_peak_pct,
    measures.memory_avg_gb,
    measures.memory_peak_gb,
    measures.memory_total_gb,
    measures.memory_peak_share,
    measures.memory_pressure_minutes,
    measures.read_mb,
    measures.written_mb,
    coalesce(measures.counter_reset_count, 0) as counter_reset_count,
    coalesce(anomaly_counts.spike_count, 0) as spike_count,
    coalesce(anomaly_counts.high_spike_count, 0) as high_spike_count,
    coalesce(anomaly_counts.trough_count, 0) as trough_count,
    coalesce(anomaly_counts.from_zero_rise_count, 0) as from_zero_rise_count,
    coalesce(anomaly_counts.robust_outlier_count, 0) as robust_outlier_count,
    coalesce(anomaly_counts.level_shift_count, 0) as level_shift_count,
    coalesce(anomaly_counts.sustained_shift_count, 0) as sustained_shift_count,
    cast(coalesce(cpu.score, 0) as decimal(18, 2)) as cpu_consistency,
    cast(coalesce(cpu.variance, 0) as decimal(18, 1)) as cpu_variance,
    cast(coalesce(cpu.std_dev, 0) as decimal(18, 1)) as cpu_std_dev,
    cast(coalesce(cpu.cv, 0) as decimal(18, 2)) as cpu_cv,
    cast(coalesce(memory.score, 0) as decimal(18, 2)) as memory_consistency,
    cast(coalesce(memory.variance, 0) as decimal(18, 1)) as memory_variance,
    cast(coalesce(memory.std_dev, 0) as decimal(18, 1)) as memory_std_dev,
    cast(coalesce(memory.cv, 0) as decimal(18, 2)) as memory_cv,
    {{ round_ratio(
        'cast((coalesce(cpu.score, 0) + coalesce(memory.score, 0)) * 100 as bigint)', '200', 2
    ) }} as overall_consistency,
    cpu.detrended_score as cpu_detrended_consistency,
    memory.detrended_score as memory_detrended_consistency,
    reports.reported_cpu_avg_pct,
    reports.reported_cpu_peak_pct,
    reports.reported_memory_avg_gb,
    reports.reported_memory_peak_gb,
    reports.reported_io_read_mb,
    reports.reported_io_write_mb,
    reports.report_count,
    reports.is_region_ambiguous,
    reports.is_status_ambiguous
from reports
inner join timed on reports.build_id = timed.build_id
left join measures on reports.build_id = measures.build_id
left join anomaly_counts on reports.build_id = anomaly_counts.build_id
left join cpu on reports.build_id = cpu.build_id
left join memory on reports.build_id = memory.build_id
