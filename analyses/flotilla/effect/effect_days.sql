-- The counts of each day after a change, in order: what a watch looks at day by day.
select
    cohort_kind,
    outcome,
    queued_day,
    run_count,
    event_count
from {{ ref('int_effects__days_compared') }}
where
    change = '{{ var("effect_change") }}'
    and side = 'after'
    and cohort_kind in ('all', 'definition')
    and (cohort_kind = 'all' or cohort = '{{ var("definition") }}')
order by cohort_kind, outcome, queued_day
