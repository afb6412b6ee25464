with

compared as (

    select * from {{ ref('int_effects__compared') }}

),

bounds as (

    select * from {{ ref('stg_effects__bounds') }}

),

joined as (

    select
        compared.*,
        bounds.before_low,
        bounds.before_high,
        bounds.after_low,
        bounds.after_high,
        bounds.after_effective_high,
        bounds.fisher_p,
        bounds.fisher_effective_p,
        bounds.after_split_low,
        bounds.after_split_high,
        bounds.runs_needed_90,
        bounds.runs_needed_99,
        bounds.runs_needed_90_cautious,
        bounds.runs_needed_99_cautious,
        case
            when compared.before_run_count > 0 and compared.after_run_count > 0
                then
                    cast(compared.after_event_count as double precision) * compared.before_days
                    / nullif(compared.before_event_count * compared.after_days, 0)
        end as rate_ratio,
        cast(compared.before_days as double precision) / nullif(compared.after_days, 0)
            as days_ratio,
        cast(compared.after_run_count as double precision) / nullif(compared.after_days, 0)
            as after_daily_runs,
        {{ threshold('effect_chance') }} as chance
    from compared
    left join bounds
        on
            compared.before_event_count = bounds.before_event_count
            and compared.before_run_count = bounds.before_run_count
            and compared.before_effective_runs = bounds.before_effective_runs
            and compared.after_event_count = bounds.after_event_count
            and compared.after_run_count = bounds.after_run_count
            and compared.after_effective_runs = bounds.after_effective_runs

)

select
    change,
    outcome,
    cohort_kind,
    cohort,
    policy_version,
    begins_at,
    in_effect_at,
    before_from,
    before_until,
    after_from,
    after_until,
    before_days,
    after_days,
    before_run_count,
    before_event_count,
    before_share,
    before_low,
    before_high,
    before_wilson_low,
    before_wilson_high,
    before_effective_runs,
    after_run_count,
    after_event_count,
    after_share,
    after_low,
    after_high,
    after_wilson_low,
    after_wilson_high,
    after_effective_runs,
    after_effective_high,
    dispersion,
    day_correlation,
    difference,
    difference_low,
    difference_high,
    rate_ratio,
    case
        when rate_ratio is not null
            then after_split_low / nullif(1 - after_split_low, 0) * days_ratio
    end as rate_ratio_low,
    case
        when rate_ratio is not null
            then after_split_high / nullif(1 - after_split_high, 0) * days_ratio
    end as rate_ratio_high,
    fisher_p,
    fisher_effective_p,
    greatest(1 - after_high / nullif(before_share, 0), 0e0) as proven_reduction,
    greatest(1 - after_effective_high / nullif(before_share, 0), 0e0) as proven_effective_reduction,
    runs_needed_90,
    runs_needed_99,
    runs_needed_90_cautious,
    runs_needed_99_cautious,
    cast(ceil(
        greatest(runs_needed_90 - after_run_count, 0) / nullif(after_daily_runs, 0)
    ) as bigint)
        as days_still_needed_90,
    cast(ceil(
        greatest(runs_needed_99 - after_run_count, 0) / nullif(after_daily_runs, 0)
    ) as bigint)
        as days_still_needed_99,
    mix_part,
    within_part,
    untouched_difference,
    net_difference,
    net_difference_low,
    net_difference_high,
    overlapping_change,
    overlap_hours,
    overlapping_change is null as is_identifiable,
    case
        when before_run_count = 0 then 'no runs before'
        when after_run_count = 0 then 'no runs after'
        when fisher_effective_p is null then 'not computed'
        when fisher_effective_p >= chance then 'not proven'
        when difference < 0 then 'fell'
        else 'rose'
    end as verdict
from joined
