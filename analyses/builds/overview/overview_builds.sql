-- The last fifty builds: how they ended, what they used at most, how many samples were unusual.
select
    build_id,
    region,
    status,
    built_at,
    working_seconds,
    sample_count,
    cpu_peak_pct,
    memory_peak_gb,
    memory_peak_share,
    robust_outlier_count + level_shift_count + sustained_shift_count as anomaly_count,
    spike_count as published_spike_count,
    overall_consistency
from {{ ref('builds__builds') }}
where built_at < {{ as_of_end() }} or built_at is null
order by built_at desc nulls last, {{ text_key('build_id') }}
limit 50
