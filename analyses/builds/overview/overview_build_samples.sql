-- The build with the most anomalies, in at most three hundred steps of time: the peaks of each
-- step, and which rules flagged a sample in it.
with

builds as (

    select * from {{ ref('builds__builds') }}
    where sample_count > 0 and (built_at < {{ as_of_end() }} or built_at is null)

),

worst as (

    select build_id
    from builds
    order by
        robust_outlier_count + level_shift_count + sustained_shift_count desc,
        spike_count desc,
        sample_count desc,
        {{ text_key('build_id') }}
    limit 1

),

samples as (

    select
        samples.*,
        row_number() over (order by samples.sampled_at, samples.sample_index) as place,
        count(*) over () as sample_total
    from {{ ref('builds__samples') }} as samples
    inner join worst on samples.build_id = worst.build_id

),

flags as (

    select
        anomalies.sample_index,
        max(case when anomalies.metric = 'cpu' then 1 else 0 end) as has_cpu_anomaly,
        max(case when anomalies.metric = 'memory' then 1 else 0 end) as has_memory_anomaly,
        string_agg(
            anomalies.metric || ': ' || anomalies.rule_name,
            ', ' order by anomalies.metric, anomalies.rule_name
        ) as found
    from {{ ref('builds__anomalies') }} as anomalies
    inner join worst on anomalies.build_id = worst.build_id
    group by anomalies.sample_index

)

select
    samples.build_id,
    min(samples.sampled_at) as sampled_at,
    max(samples.cpu_pct) as cpu_pct,
    max(samples.memory_used_gb) as memory_used_gb,
    coalesce(max(flags.has_cpu_anomaly), 0) as has_cpu_anomaly,
    coalesce(max(flags.has_memory_anomaly), 0) as has_memory_anomaly,
    string_agg(flags.found, '; ' order by samples.sample_index) as found
from samples
left join flags on samples.sample_index = flags.sample_index
group by
    samples.build_id,
    samples.place * least(300, samples.sample_total)
    {{ whole_division_operator() }} (samples.sample_total + 1)
order by min(samples.place)
