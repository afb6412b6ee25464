with

totals as (

    select
        *,
        cast({{ threshold('failure_prior_attempts_group') }} as double precision) as prior_n
    from {{ ref('int_failures__subject_totals') }}

),

of_all as (

    select
        subject_key,
        n,
        (rest_f + 0.5) / (rest_n + 1) as rate,
        rest_n + 2 as certainty
    from totals
    where is_of_all

)

-- A rate is shrunk toward the rate of the next coarser level, more if fewer attempts ran elsewhere.
select
    totals.subject_key,
    totals.project_key,
    totals.n,
    totals.rest_n,
    totals.prior_n / (totals.rest_n + totals.prior_n) as leaning,
    (totals.rest_f + totals.prior_n * of_all.rate) / (totals.rest_n + totals.prior_n) as rate,
    totals.rest_n + totals.prior_n + 1 as certainty,
    of_all.n as all_n,
    of_all.rate as all_rate,
    of_all.certainty as all_certainty
from totals
inner join of_all on totals.subject_key = of_all.subject_key
where totals.is_of_project
