with

totals as (

    select
        *,
        cast({{ threshold('failure_prior_attempts_group') }} as double precision) as prior_n
    from {{ ref('int_failures__subject_totals') }}
    where is_of_group

),

projects as (

    select * from {{ ref('int_failures__rates_by_project') }}

)

select
    totals.project_key,
    totals.group_key,
    totals.n,
    totals.rest_n,
    totals.prior_n / (totals.rest_n + totals.prior_n) as leaning,
    (totals.rest_f + totals.prior_n * projects.rate) / (totals.rest_n + totals.prior_n) as rate,
    totals.rest_n + totals.prior_n + 1 as certainty
from totals
inner join projects on totals.project_key = projects.project_key
