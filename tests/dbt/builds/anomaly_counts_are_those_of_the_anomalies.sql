-- A build's counts of anomalies are the numbers of its rows in builds__anomalies.
with

counted as (

    select
        build_id,
        count(*) filter (where rule_name = 'published_spike') as spike_count,
        count(*) filter (where rule_name = 'published_trough') as trough_count
    from {{ ref('builds__anomalies') }}
    group by build_id

)

select
    builds.build_id,
    builds.spike_count,
    builds.trough_count
from {{ ref('builds__builds') }} as builds
left join counted on builds.build_id = counted.build_id
where
    builds.spike_count <> coalesce(counted.spike_count, 0)
    or builds.trough_count <> coalesce(counted.trough_count, 0)
