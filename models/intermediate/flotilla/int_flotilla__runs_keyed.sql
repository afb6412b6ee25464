-- Materialized here, not in the folder: every candidate for the key reads it.
{{ config(materialized='table') }}

with

runs as (

    select * from {{ ref('flotilla__runs') }}

),

workloads as (

    select
        workload_number,
        workload
    from {{ ref('int_flotilla__workloads_keyed') }}

)

select
    row_number() over (order by runs.queued_at) as run_number,
    workloads.workload_number,
    runs.queued_at,
    date_trunc('week', runs.queued_at at time zone 'UTC') as queued_week,
    -- The start counts only under clock skew: no run is found before it has begun.
    case
        when runs.finished_at is not null
            then greatest(runs.queued_at, runs.started_at, runs.finished_at)
    end as left_at,
    runs.is_oom and runs.memory_mb is not null as is_donor,
    runs.is_oom,
    runs.peak_memory_mb,
    runs.memory_gb_hours
from runs
inner join workloads on {{ workload('runs') }} = workloads.workload
where {{ is_keyed_run('runs') }}
