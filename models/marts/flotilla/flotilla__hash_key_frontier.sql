-- A table, not incremental: each row is about all of history, and there is one a candidate.
{{ config(materialized='table') }}

{%- set candidates = hash_key_candidates() %}

with

runs as (

    select * from {{ ref('int_flotilla__runs_keyed') }}

),

workloads as (

    select * from {{ ref('int_flotilla__workloads_keyed') }}

),

limits as (

    select
        interval '24 hours'
        * cast({{ threshold('frontier_window_days') }} as integer) as window_length

),

-- What happens to a run, in the order of time: it looks up; it has finished and, after an OOM, is a
-- donor; it was queued too long ago to be one. A moment is inclusive by the microsecond after it.
events as (

    select
        runs.run_number,
        runs.workload_number,
        runs.queued_at as happens_at,
        1 as is_lookup,
        cast(null as timestamptz) as left_at,
        0 as donor_change,
        runs.queued_at - limits.window_length as window_starts_at,
        runs.queued_week,
        runs.peak_memory_mb,
        runs.memory_gb_hours,
        runs.is_oom
    from runs
    cross join limits
    union all
    select
        runs.run_number,
        runs.workload_number,
        runs.left_at + interval '1 microsecond' as happens_at,
        0 as is_lookup,
        runs.left_at,
        case
            when runs.is_donor and runs.left_at < runs.queued_at + limits.window_length then 1
            else 0
        end as donor_change,
        null as window_starts_at,
        null as queued_week,
        null as peak_memory_mb,
        null as memory_gb_hours,
        null as is_oom
    from runs
    cross join limits
    where runs.left_at is not null
    union all
    select
        runs.run_number,
        runs.workload_number,
        runs.queued_at + limits.window_length + interval '1 microsecond' as happens_at,
        0 as is_lookup,
        null as left_at,
        -1 as donor_change,
        null as window_starts_at,
        null as queued_week,
        null as peak_memory_mb,
        null as memory_gb_hours,
        null as is_oom
    from runs
    cross join limits
    where runs.is_donor and runs.left_at < runs.queued_at + limits.window_length

),

{% for candidate in candidates -%}
    {{ candidate }}_facts as (

        {{ hash_key_facts(candidate) }}

    ),

{% endfor -%}
-- Donors of the own command first; without any, those of the description. Keys of the two are
-- numbered apart: even and odd.
dual_hash_facts as (

    select
        own.run_number,
        case
            when own.donor_count > 0 then own.key_number * 2
            else fallback.key_number * 2 + 1
        end as key_number,
        own.queued_week,
        own.peak_memory_mb,
        own.memory_gb_hours,
        own.is_oom,
        own.is_starved and fallback.is_starved as is_starved,
        case
            when own.donor_count > 0 then 0
            else fallback.foreign_donor_count
        end as foreign_donor_count
    from command_facts as own
    inner join description_facts as fallback on own.run_number = fallback.run_number

),

measured as (
    {% for candidate in (candidates | list) + ['dual_hash'] %}
        select
            '{{ candidate }}' as key_candidate,
            measured_key.*
        from ({{ hash_key_measures(candidate ~ '_facts') }}) as measured_key
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    key_candidate,
    key_candidate in ('clean_break', 'dual_hash', 'per_definition') as is_migration_option,
    cast(coalesce(run_count, 0) as bigint) as run_count,
    key_count,
    cast(coalesce(run_count - starved_run_count, 0) as bigint) as covered_run_count,
    {{ round_ratio('(run_count - starved_run_count)', 'run_count', 6) }} as coverage,
    peak_group_count,
    heterogeneous_group_count,
    {{ round_ratio('heterogeneous_group_count', 'peak_group_count', 6) }} as heterogeneity,
    cast(coalesce(contaminated_run_count, 0) as bigint) as contaminated_run_count,
    {{ round_ratio('contaminated_run_count', 'run_count', 6) }} as contamination_share,
    cast(coalesce(cold_start_oom_count, 0) as bigint) as cold_start_oom_count,
    cast(coalesce(cold_start_gb_hours, 0) as decimal(18, 6)) as cold_start_gb_hours
from measured
