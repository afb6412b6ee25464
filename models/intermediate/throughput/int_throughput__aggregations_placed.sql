{% set trial = 'calibration, experiment, run_id, param_id' %}

with

aggregations as (

    select * from {{ ref('stg_throughput__timings') }}
    where kind = 'aggregation'

),

-- One worker holds a payload once, however many targets it aggregates for.
workers as (

    select
        {{ trial }},
        worker,
        count(*) as aggregation_count,
        sum(duration_ms) as aggregation_ms,
        coalesce(max(payload_mb), 0) as payload_mb,
        max(logged_at) as last_logged_at,
        count(*) - count(logged_at) as untimed_count
    from aggregations
    group by {{ trial }}, worker

),

targets as (

    select
        {{ trial }},
        target
    from aggregations
    group by {{ trial }}, target

),

-- Stacked and not joined: run_id can be NULL, which a join does not match.
parts as (

    select
        {{ trial }},
        1 as worker_count,
        0 as target_count,
        aggregation_count,
        aggregation_ms,
        aggregation_ms + {{ transfer_ms('payload_mb') }} as worker_ms,
        payload_mb,
        last_logged_at,
        untimed_count
    from workers
    union all
    select
        {{ trial }},
        0 as worker_count,
        1 as target_count,
        0 as aggregation_count,
        0 as aggregation_ms,
        0 as worker_ms,
        0 as payload_mb,
        null as last_logged_at,
        0 as untimed_count
    from targets

)

select
    {{ trial }},
    sum(worker_count) as worker_count,
    sum(target_count) as target_count,
    sum(aggregation_count) as aggregation_count,
    cast(sum(aggregation_ms) as decimal(18, 3)) as aggregation_ms,
    cast(max(worker_ms) as decimal(18, 3)) as longest_worker_ms,
    cast(max(payload_mb) as decimal(18, 6)) as payload_mb,
    cast(sum(payload_mb) - max(payload_mb) as decimal(18, 6)) as duplicated_mb,
    max(last_logged_at) as last_logged_at,
    sum(untimed_count) = 0 as is_timed
from parts
group by {{ trial }}
