-- A table, not incremental: each row is about all of history, and there is one a candidate.
{{ config(materialized='table') }}

with

weeks as (

    select * from {{ ref('int_flotilla__hash_keys_weekly') }}

),

-- Where a rollout by definition would begin.
affected as (

    select
        definition_id,
        row_number() over (order by sum(oom_count) desc, {{ text_key('definition_id') }}) as place
    from {{ ref('flotilla__shared_hashes') }}
    group by definition_id
    having sum(oom_count) > 0

),

rolled_out as (

    select definition_id
    from affected
    where place <= {{ threshold('per_definition_rollout_count') }}

),

compared as (

    select * from weeks
    union all
    select
        weeks.queued_week,
        'per_definition' as key_candidate,
        weeks.definition_id,
        weeks.key_number,
        weeks.run_count,
        weeks.starved_run_count,
        weeks.contaminated_run_count,
        weeks.peak_count,
        weeks.smallest_peak_mb,
        weeks.largest_peak_mb,
        weeks.cold_start_oom_count,
        weeks.cold_start_gb_hours,
        weeks.last_left_at
    from weeks
    left join rolled_out on weeks.definition_id = rolled_out.definition_id
    where
        weeks.key_candidate
        = case when rolled_out.definition_id is null then 'stored_hash' else 'command' end

),

measured as (

    select
        key_candidate,
        sum(run_count) as run_count,
        count(distinct key_number) as key_count,
        sum(starved_run_count) as starved_run_count,
        -- Heterogeneity is about groups with at least two measured peaks.
        count(*) filter (where peak_count > 1 and key_number is not null) as peak_group_count,
        count(*) filter (
            where
            peak_count > 1
            and key_number is not null
            and largest_peak_mb > {{ threshold('heterogeneity_ratio') }} * smallest_peak_mb
        ) as heterogeneous_group_count,
        sum(contaminated_run_count) as contaminated_run_count,
        sum(cold_start_oom_count) as cold_start_oom_count,
        sum(cold_start_gb_hours) as cold_start_gb_hours
    from compared
    group by key_candidate

)

select
    candidates.key_candidate,
    candidates.is_migration_option,
    cast(coalesce(measured.run_count, 0) as bigint) as run_count,
    coalesce(measured.key_count, 0) as key_count,
    cast(coalesce(measured.run_count - measured.starved_run_count, 0) as bigint)
        as covered_run_count,
    {{ round_ratio('(measured.run_count - measured.starved_run_count)', 'measured.run_count', 6) }}
        as coverage,
    coalesce(measured.peak_group_count, 0) as peak_group_count,
    coalesce(measured.heterogeneous_group_count, 0) as heterogeneous_group_count,
    {{ round_ratio('measured.heterogeneous_group_count', 'measured.peak_group_count', 6) }}
        as heterogeneity,
    cast(coalesce(measured.contaminated_run_count, 0) as bigint) as contaminated_run_count,
    {{ round_ratio('measured.contaminated_run_count', 'measured.run_count', 6) }}
        as contamination_share,
    cast(coalesce(measured.cold_start_oom_count, 0) as bigint) as cold_start_oom_count,
    cast(coalesce(measured.cold_start_gb_hours, 0) as decimal(18, 6)) as cold_start_gb_hours
from {{ ref('int_flotilla__key_candidates') }} as candidates
left join measured on candidates.key_candidate = measured.key_candidate
