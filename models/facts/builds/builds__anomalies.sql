{{ config(indexes=row_store_indexes([{'columns': ['build_id']}])) }}

{% set parts = parts_to_make('builds', 'build_id') %}

with

published as (

    select * from {{ ref('int_builds__published_anomalies') }}
    where {{ parts }}

),

scored as (

    select * from {{ ref('int_builds__changes_scored') }}
    where {{ parts }}

),

level_shifts as (

    select * from {{ ref('int_builds__level_shifts') }}
    where {{ parts }}

),

sustained_shifts as (

    select * from {{ ref('int_builds__sustained_shifts') }}
    where {{ parts }}

),

from_zero as (

    select *
    from scored
    where
        previous_value = 0
        and delta > case metric
            when 'cpu' then {{ threshold('from_zero_cpu_points') }}
            when 'memory' then {{ threshold('from_zero_memory_gb') }}
        end

),

outliers as (

    select *
    from scored
    where
        robust_score > case
            when is_mean_based then {{ threshold('mean_score_limit') }}
            else {{ threshold('robust_score_limit') }}
        end
        and abs(delta) > case metric
            when 'cpu' then {{ threshold('outlier_cpu_points') }}
            when 'memory' then {{ threshold('outlier_memory_gb') }}
            else {{ threshold('outlier_counter_mb') }}
        end

),

anomalies as (

    select
        build_id,
        sample_index,
        metric,
        rule_name,
        sampled_at,
        previous_value as from_value,
        current_value as to_value,
        delta,
        percent_change,
        severity,
        robust_score
    from published
    union all
    select
        build_id,
        sample_index,
        metric,
        'from_zero_rise' as rule_name,
        sampled_at,
        previous_value as from_value,
        current_value as to_value,
        delta,
        percent_change,
        cast(null as text) as severity,
        robust_score
    from from_zero
    union all
    select
        build_id,
        sample_index,
        metric,
        'robust_outlier' as rule_name,
        sampled_at,
        previous_value as from_value,
        current_value as to_value,
        delta,
        percent_change,
        cast(null as text) as severity,
        robust_score
    from outliers
    union all
    select
        build_id,
        sample_index,
        metric,
        'level_shift' as rule_name,
        sampled_at,
        level_before as from_value,
        level_after as to_value,
        shift as delta,
        percent_change,
        cast(null as text) as severity,
        robust_score
    from level_shifts
    union all
    select
        build_id,
        sample_index,
        metric,
        'sustained_shift' as rule_name,
        sampled_at,
        level_before as from_value,
        level_after as to_value,
        shift as delta,
        percent_change,
        cast(null as text) as severity,
        robust_score
    from sustained_shifts

)

select
    build_id,
    sample_index,
    metric,
    rule_name,
    rule_name in ('published_spike', 'published_trough') as is_published,
    sampled_at,
    cast(from_value as decimal(18, 4)) as from_value,
    cast(to_value as decimal(18, 4)) as to_value,
    cast(delta as decimal(18, 4)) as delta,
    percent_change,
    severity,
    robust_score
from anomalies
