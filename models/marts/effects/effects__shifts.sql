with

peaks as (

    select * from {{ ref('int_effects__shift_peaks') }}

),

days_known as (

    select max(queued_day) as last_day from {{ ref('int_effects__outcomes_daily') }}

),

limits as (

    select cast({{ threshold('effect_shift_q_limit') }} as double precision) as q_limit

),

changes as (

    select
        change,
        {{ to_day('begins_at') }} - 1 as first_day,
        {{ to_day("(coalesce(in_effect_at, begins_at) - interval '1 microsecond')") }} + 2
            as last_day
    from {{ ref('int_effects__changes_known') }}

),

-- A peak whose days after are not over may still become a shift: it needs more of them.
judged as (

    select
        peaks.*,
        peaks.after_share - peaks.before_share as difference,
        peaks.q_value < limits.q_limit as is_shift,
        peaks.shift_day + {{ shift_days().after }} - 1
        > days_known.last_day as is_open,
        -- No normal tail is larger than exp(-z²/2).
        2 * ln(peaks.candidates * peaks.peaks_tested / limits.q_limit) as squared_z_needed
    from peaks
    cross join days_known
    cross join limits

),

matched as (

    select
        judged.*,
        (
            select string_agg(changes.change, ', ' order by changes.first_day, changes.change)
            from changes
            where judged.shift_day between changes.first_day and changes.last_day
        ) as change
    from judged
    where
        judged.is_shift
        or (judged.is_open and judged.p_value < {{ threshold('effect_chance') }})

),

needed as (

    select
        *,
        1 / nullif(
            difference * difference / (run_variance * dispersion * squared_z_needed)
            - 1e0 / before_run_count,
            0
        ) as runs_needed
    from matched

)

select
    outcome,
    cohort_kind,
    cohort,
    shift_day,
    case
        when not is_shift then 'not proven'
        when change is null then 'unexplained'
        else 'explained'
    end as verdict,
    change,
    before_run_count,
    before_event_count,
    before_share,
    after_run_count,
    after_event_count,
    after_share,
    cast(after_days as integer) as after_days,
    difference,
    dispersion,
    p_value,
    q_value,
    case
        when not is_shift and runs_needed > 0
            then
                greatest(
                    cast(ceil(runs_needed * after_days / after_run_count) as bigint), after_days + 1
                )
    end as days_needed
from needed
