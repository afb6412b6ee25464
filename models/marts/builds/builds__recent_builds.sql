with

builds as (

    select * from {{ ref('builds__builds') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by region
            order by built_at desc nulls last, {{ text_key('build_id') }}
        ) as recency
    from builds

)

select
    build_id,
    region,
    recency,
    status,
    built_at,
    queue_seconds,
    working_seconds,
    sample_count,
    cpu_peak_pct,
    memory_peak_gb,
    memory_peak_share,
    spike_count,
    trough_count,
    overall_consistency
from ranked
where recency <= {{ threshold('recent_builds_per_region') }}
