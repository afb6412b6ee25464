{%- set tail = poisson_tail('(series_number / dispersion)', 'scaled') %}

with

bounded as (

    select
        *,
        case
            when is_tested
                then {{ failures_to_flag('expected', 'dispersion', 'scaled', 'p_limit') }}
        end as upper_bound
    from {{ ref('int_failures__subjects_tested') }}
    {{ computed_once() }}

),

-- Smallest number of failures that is flagged when no other subject is.
flagging as (

    select
        *,
        case
            when is_tested
                then greatest(
                    min_jobs,
                    upper_bound - {{ sum_series(
                        'upper_bound', -4, -1, 'case when ' ~ tail ~ ' < p_limit then 1e0 else 0e0 end'
                    ) }}
                )
        end as failures_to_flag,
        cast({{ threshold('failure_power_ratio') }} as double precision)
        * expected / n as raised_rate
    from bounded
    {{ computed_once() }}

)

select
    *,
    {{ binomial_tail('failures_to_flag', 'n', 'raised_rate') }} as power,
    q_value < q_limit and has_enough_evidence as is_flagged
from flagging
