with

cells as (

    select
        group_key,
        all_group_key || chr(31) || started_hour as all_hour_key,
        n,
        f
    from {{ ref('int_failures__subject_cells') }}

),

everyone as (

    select
        all_hour_key,
        sum(n) as n,
        sum(f) as f
    from cells
    group by all_hour_key

),

compared as (

    select
        cells.group_key,
        cells.n,
        cast(everyone.n - cells.n as double precision) as rest_n,
        cast(everyone.f - cells.f as double precision) as rest_f,
        cast({{ threshold('failure_prior_attempts_hour') }} as double precision) as prior_n
    from cells
    inner join everyone on cells.all_hour_key = everyone.all_hour_key

),

rated as (

    select
        compared.group_key,
        compared.n,
        compared.rest_n,
        compared.prior_n / (compared.rest_n + compared.prior_n) as leaning,
        (compared.rest_f + compared.prior_n * peers.rate) / (compared.rest_n + compared.prior_n)
            as rate,
        compared.rest_n + compared.prior_n + 1 as certainty
    from compared
    inner join {{ ref('int_failures__rates_by_group') }} as peers
        on compared.group_key = peers.group_key

)

select
    group_key,
    {{ exact_sum('n * rate') }} as expected,
    {{ exact_sum('n * n * rate * (1 - rate) / certainty') }} as variance,
    {{ exact_sum('n * leaning') }} as leaned,
    sum(case when rest_n > 0 then n else 0 end) as compared_hour
from rated
group by group_key
