with

builds as (

    select * from {{ ref('builds__builds') }}

)

select
    built_day,
    region,
    count(*) as build_count,
    count(*) filter (where status = 'SUCCESS') as success_count,
    count(*) filter (where is_final and status <> 'SUCCESS') as failure_count,
    count(*) filter (where not is_final) as open_build_count,
    count(*) filter (where sample_count > 0) as sampled_build_count,
    cast(sum(sample_count) as bigint) as sample_count,
    cast(sum(queue_seconds) as decimal(18, 3)) as queue_seconds,
    cast(sum(working_seconds) as decimal(18, 3)) as working_seconds,
    cast(sum(spike_count) as bigint) as spike_count,
    cast(sum(high_spike_count) as bigint) as high_spike_count,
    cast(sum(trough_count) as bigint) as trough_count,
    cast(sum(overall_consistency) filter (where sample_count > 1) as decimal(18, 2))
        as overall_consistency_sum,
    count(*) filter (where sample_count > 1) as consistency_count,
    cast(max(memory_peak_gb) as decimal(18, 4)) as memory_peak_gb,
    cast(max(memory_peak_share) as decimal(18, 4)) as memory_peak_share,
    cast(sum(memory_pressure_minutes) as decimal(18, 2)) as memory_pressure_minutes
from builds
group by built_day, region
