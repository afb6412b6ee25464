with

definitions as (

    select
        change,
        outcome,
        coalesce(before_share, after_share) as before_share,
        coalesce(after_share, before_share) as after_share,
        cast(before_run_count as double precision)
        / nullif(sum(before_run_count) over change_outcome, 0) as before_weight,
        cast(after_run_count as double precision)
        / nullif(sum(after_run_count) over change_outcome, 0) as after_weight
    from {{ ref('int_effects__sides_counted') }}
    where cohort_kind = 'definition'
    window change_outcome as (partition by change, outcome)

)

-- Kitagawa's two parts. A definition that ran on one side only has the same share on both.
select
    change,
    outcome,
    {{ exact_sum('(after_weight - before_weight) * (before_share + after_share) / 2') }}
        as mix_part,
    {{ exact_sum('(after_share - before_share) * (before_weight + after_weight) / 2') }}
        as within_part
from definitions
group by change, outcome
