{%- set near = shift_days().after %}

with

windows as (

    select
        *,
        max(squared_z) over (
            partition by outcome, cohort_kind, cohort
            order by day_number
            range between {{ near }} preceding and 1 preceding
        ) as largest_before,
        max(squared_z) over (
            partition by outcome, cohort_kind, cohort
            order by day_number
            range between 1 following and {{ near }} following
        ) as largest_after,
        count(*) over (
            partition by outcome, cohort_kind, cohort
            order by day_number
            range between {{ near }} preceding and {{ near }} following
        ) as candidates
    from {{ ref('int_effects__shift_windows') }}

),

-- A date is the largest of those near it, and is tested as often as there are such.
peaks as (

    select
        *,
        {{ chi_square_tail('squared_z', 1) }} as single_p_value
    from windows
    where
        squared_z > 0
        and squared_z > coalesce(largest_before, 0)
        and squared_z >= coalesce(largest_after, 0)
    {{ computed_once() }}

),

tested as (

    select
        *,
        least(1e0, single_p_value * candidates) as p_value
    from peaks

),

ranked as (

    select
        *,
        count(*) over (partition by outcome, cohort_kind) as peaks_tested,
        {{ p_rank('p_value', 'outcome, cohort_kind') }} as p_value_rank
    from tested

)

select
    outcome,
    cohort_kind,
    cohort,
    queued_day as shift_day,
    before_run_count,
    before_event_count,
    before_share,
    after_run_count,
    after_event_count,
    after_share,
    after_days,
    run_variance,
    dispersion,
    candidates,
    peaks_tested,
    p_value,
    {{ q_value('p_value', 'peaks_tested', 'p_value_rank', 'outcome, cohort_kind') }} as q_value
from ranked
