{%- set z = 1.959963984540054 %}

with

counted as (

    select
        subject_kind,
        subject,
        other,
        cast(sum(n) as double precision) as n,
        cast(sum(f) as double precision) as f,
        cast(sum(sum(n)) over strata - sum(n) as double precision) as rest_n,
        cast(sum(sum(f)) over strata - sum(f) as double precision) as rest_f
    from {{ ref('int_failures__subject_cells') }}
    group by subject_kind, subject, other
    window strata as (partition by subject_kind, other)

),

terms as (

    select
        subject_kind,
        subject,
        f * (rest_n - rest_f) / (n + rest_n) as r,
        (n - f) * rest_f / (n + rest_n) as s,
        (f + rest_n - rest_f) / (n + rest_n) as p,
        (n - f + rest_f) / (n + rest_n) as q
    from counted
    where rest_n > 0

),

summed as (

    select
        subject_kind,
        subject,
        {{ exact_sum('r') }} as r,
        {{ exact_sum('s') }} as s,
        {{ exact_sum('p * r') }} as p_r,
        {{ exact_sum('p * s + q * r') }} as p_s_q_r,
        {{ exact_sum('q * s') }} as q_s
    from terms
    group by subject_kind, subject

),

-- Mantel and Haenszel 1959, with the 95% interval of Robins, Breslow and Greenland 1986.
spread as (

    select
        subject_kind,
        subject,
        r / nullif(s, 0) as odds_ratio,
        case
            when r > 0 and s > 0
                then sqrt(p_r / (2 * r * r) + p_s_q_r / (2 * r * s) + q_s / (2 * s * s))
        end as spread
    from summed

)

select
    subject_kind,
    subject,
    odds_ratio,
    odds_ratio * exp(-{{ z }} * spread) as odds_ratio_low,
    odds_ratio * exp({{ z }} * spread) as odds_ratio_high
from spread
