-- The counts of both sides of a change for a definition and for all of them, and what has a closed
-- form.
select
    cohort_kind,
    cohort,
    outcome,
    before_days,
    after_days,
    before_run_count,
    before_event_count,
    before_effective_runs,
    after_run_count,
    after_event_count,
    after_effective_runs,
    dispersion,
    difference,
    mix_part,
    net_difference,
    net_difference_low,
    net_difference_high,
    {{ threshold('effect_chance') }} as chance
from {{ ref('int_effects__compared') }}
where
    change = '{{ var("effect_change") }}'
    and (cohort_kind = 'all' or cohort = '{{ var("definition") }}')
order by
    cohort_kind desc,
    case outcome
        when 'elevated' then 1
        when 'contaminated' then 2
        when 'at_cap' then 3
        when 'oom' then 4
        else 5
    end
