with

sides as (

    select * from {{ ref('int_effects__sides_counted') }}

),

bounded as (

    select
        *,
        after_share - before_share as difference,
        {{ wilson_bound('before_event_count', 'before_run_count', 'low') }} as before_wilson_low,
        {{ wilson_bound('before_event_count', 'before_run_count', 'high') }} as before_wilson_high,
        {{ wilson_bound('after_event_count', 'after_run_count', 'low') }} as after_wilson_low,
        {{ wilson_bound('after_event_count', 'after_run_count', 'high') }} as after_wilson_high
    from sides

),

-- How far a bound of the difference lies from it, squared: Newcombe's, of Wilson's bounds.
spread as (

    select
        *,
        power(after_share - after_wilson_low, 2) + power(before_wilson_high - before_share, 2)
            as spread_low,
        power(after_wilson_high - after_share, 2) + power(before_share - before_wilson_low, 2)
            as spread_high
    from bounded

),

untouched as (

    select * from spread
    where
        cohort_kind = 'untouched'
        and outcome in ({% for outcome, rule in effect_outcomes().items() if rule.is_compared -%}
            {{ ', ' if not loop.first }}'{{ outcome }}'
        {%- endfor %})

)

select
    spread.change,
    spread.outcome,
    spread.cohort_kind,
    spread.cohort,
    windows.policy_version,
    windows.begins_at,
    windows.in_effect_at,
    windows.what_changed,
    windows.certainty,
    windows.overlapping_change,
    windows.overlap_hours,
    windows.before_from,
    windows.before_until,
    windows.after_from,
    windows.after_until,
    cast(greatest(windows.before_until - windows.before_from + 1, 0) as integer) as before_days,
    cast(greatest(coalesce(windows.after_until - windows.after_from + 1, 0), 0) as integer)
        as after_days,
    spread.before_run_count,
    spread.before_event_count,
    spread.before_share,
    spread.before_wilson_low,
    spread.before_wilson_high,
    spread.before_effective_runs,
    spread.after_run_count,
    spread.after_event_count,
    spread.after_share,
    spread.after_wilson_low,
    spread.after_wilson_high,
    spread.after_effective_runs,
    spread.dispersion,
    spread.day_correlation,
    spread.difference,
    greatest(spread.difference - sqrt(spread.spread_low), -1e0) as difference_low,
    least(spread.difference + sqrt(spread.spread_high), 1e0) as difference_high,
    mixes.mix_part,
    mixes.within_part,
    untouched.difference as untouched_difference,
    spread.difference - untouched.difference as net_difference,
    spread.difference - untouched.difference - sqrt(spread.spread_low + untouched.spread_high)
        as net_difference_low,
    spread.difference - untouched.difference + sqrt(spread.spread_high + untouched.spread_low)
        as net_difference_high
from spread
inner join {{ ref('int_effects__windows') }} as windows on spread.change = windows.change
left join {{ ref('int_effects__mixes') }} as mixes
    on
        spread.cohort_kind = 'all'
        and spread.change = mixes.change
        and spread.outcome = mixes.outcome
left join untouched on spread.change = untouched.change and spread.outcome = untouched.outcome
where spread.cohort_kind <> 'untouched'
