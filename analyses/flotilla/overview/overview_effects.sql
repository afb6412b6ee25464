-- What each change did to all runs: shares before and after with exact bounds, and what is proven.
select
    change,
    outcome,
    in_effect_at,
    before_run_count,
    before_share,
    before_low,
    before_high,
    after_run_count,
    after_share,
    after_low,
    after_high,
    proven_effective_reduction,
    verdict,
    overlapping_change
from {{ ref('effects__changes') }}
where cohort_kind = 'all' and in_effect_at is not null
order by in_effect_at desc, change asc, outcome asc
limit 40
